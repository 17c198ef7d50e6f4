"""Lingvo writes a checkpoint of a model, and says what its model makes of some sentences.

usage: lingvo_checkpoint.py translation|language_model OUT

It runs in Lingvo's own environment. OUT gets ckpt-*, and sentences.npz with the losses of single
sentences. No weight is zero, and none is one: every weight matters.
"""

import sys
from pathlib import Path

import lingvo.compat as tf
import numpy as np
from lingvo.core import cluster_factory, layers, py_utils
from lingvo.tasks.lm import layers as lm_layers
from lingvo.tasks.mt import base_config, model

# The tables have 3 shards, the last of which is not full.
VOCABULARY, DIM, HIDDEN_UNITS, HEADS, LAYERS = 17600, 32, 48, 4, 2
UNITS = 40
SENTENCES, LENGTH = 5, 7
_SHARDS = 8
EOS = 2


def translation():
    params = base_config.SetupTransformerParams(
        model.TransformerModel.Params(),
        name="wmt14_en_de_transformer_base",
        vocab_size=VOCABULARY,
        model_dim=DIM,
        hidden_dim=HIDDEN_UNITS,
        num_heads=HEADS,
        num_layers=LAYERS,
        learning_rate=3.0,
        warmup_steps=40000,
        label_smoothing_uncertainty=0.0,
    )
    params.input = None
    for side in (params.encoder, params.decoder):
        side.token_emb.max_num_shards = _SHARDS
    params.decoder.per_example_tensors = True
    task = params.Instantiate()
    batch = sides()
    encoded = task.enc.FPropDefaultTheta(batch.src)
    sentences = task.dec.FPropDefaultTheta(encoded, batch.tgt).per_sequence
    return sentences["per_sequence_loss"]


def language_model():
    params = lm_layers.RnnLm.CommonParams(
        vocab_size=VOCABULARY,
        emb_dim=DIM,
        num_layers=2,
        rnn_dims=DIM,
        rnn_hidden_dims=UNITS,
        residual_start=3,
    )
    params.emb = layers.EmbeddingLayer.Params().Set(
        vocab_size=VOCABULARY,
        embedding_dim=DIM,
        max_num_shards=_SHARDS,
        scale_sqrt_depth=True,
        params_init=py_utils.WeightInit.Uniform(0.3),
    )
    for cell in params.rnns.cell_tpl:
        cell.Set(num_hidden_nodes=UNITS, cell_value_cap=10.0)
    params.softmax = layers.SimpleFullSoftmax.Params().Set(
        num_classes=VOCABULARY, input_dim=DIM, num_shards=_SHARDS, num_sampled=8
    )
    params.name = "lm"
    with tf.variable_scope("1bwds_word_level"):
        built = params.Instantiate()
    batch = sides().tgt
    labels = py_utils.NestedMap(
        class_ids=tf.transpose(batch.labels), class_weights=tf.transpose(batch.weights)
    )
    output, _ = built.FPropDefaultTheta(
        tf.transpose(batch.ids),
        tf.transpose(batch.paddings),
        built.zero_state(built.theta, SENTENCES),
        labels,
    )
    losses = tf.reshape(output.per_example_xent, [LENGTH, SENTENCES])
    return tf.reduce_sum(losses * labels.class_weights, 0)


def sides():
    """Sentences of all lengths, as Lingvo's inputs give them."""
    lengths = np.arange(SENTENCES) + LENGTH - SENTENCES + 1
    generator = np.random.default_rng(3)
    tokens = generator.integers(3, VOCABULARY, [2, SENTENCES, LENGTH]).astype(np.int32)
    paddings = (np.arange(LENGTH) >= lengths[:, None]).astype(np.float32)

    def side(labels):
        labels[np.arange(SENTENCES), lengths - 1] = EOS
        ids = np.concatenate([np.ones_like(labels[:, :1]), labels[:, :-1]], 1)
        return py_utils.NestedMap(
            ids=tf.constant(ids),
            labels=tf.constant(labels),
            paddings=tf.constant(paddings),
            weights=tf.constant(1 - paddings),
        )

    source, target = side(tokens[0]), side(tokens[1])
    source.ids = source.labels
    return py_utils.NestedMap(src=source, tgt=target)


def main() -> None:
    kind, out = sys.argv[1:]
    tf.disable_eager_execution()
    tf.flags.FLAGS(sys.argv[:1])
    step = py_utils.GetOrCreateGlobalStepVar()
    with cluster_factory.SetEval(True):
        loss = {"translation": translation, "language_model": language_model}[kind]()
    generator = np.random.default_rng(4)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for variable in tf.global_variables():
            if variable.dtype.base_dtype != tf.float32:
                continue
            shape = variable.shape.as_list()
            values = generator.standard_normal(shape) * (
                0.3 if len(shape) < 2 else shape[0] ** -0.5
            )
            variable.load(values.astype(np.float32), session)
        step.load(1234, session)
        batch, loss = session.run([sides(), loss])
        tf.train.Saver().save(session, f"{out}/ckpt", global_step=step)
    np.savez(
        Path(out) / "sentences.npz",
        source=batch.src.ids,
        labels=batch.tgt.labels,
        lengths=batch.tgt.weights.sum(1).astype(np.int32),
        loss=loss,
    )


if __name__ == "__main__":
    main()
