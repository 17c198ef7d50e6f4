"""Lingvo's WmtEnDeTransformerBase: training steps or decoding.

usage: lingvo_transformer.py training|decoding

Lingvo's wheel has its Transformer but not the parameters of its models; these are they. Training is
its own train_op, a session call a step. For lingvo.trainer the model is
--model=lingvo_transformer.TransformerBase.
"""

import sys

import lingvo.compat as tf
from figures import print_figures
from lingvo import model_registry
from lingvo.core import (
    base_input_generator,
    base_model,
    base_model_params,
    cluster_factory,
    py_utils,
)
from lingvo.tasks.mt import base_config, model
from translation_workload import (
    BEAM,
    DIM,
    DROPOUT,
    HEADS,
    HIDDEN_UNITS,
    LABEL_SMOOTHING,
    LAYERS,
    LENGTH,
    PAIRS,
    SENTENCES,
    TOKENS,
    VOCABULARY,
    decoding_rate,
    random_ids,
    training_rate,
)

FAR = 1e6
# Seconds and steps that a measured run never reaches: no checkpoint or summary is in its time.
_NEVER = 10**6


class ConstantBatch(base_input_generator.BaseInputGenerator):
    """The same pairs again and again."""

    def _InputBatch(self):
        def side(seed):
            return py_utils.NestedMap(
                ids=tf.constant(random_ids(PAIRS, TOKENS, seed)),
                labels=tf.constant(random_ids(PAIRS, TOKENS, seed + 1)),
                paddings=tf.zeros([PAIRS, TOKENS]),
                weights=tf.ones([PAIRS, TOKENS]),
            )

        return py_utils.NestedMap(src=side(0), tgt=side(1), bucket_keys=tf.fill([PAIRS], TOKENS))


def task_params():
    return base_config.SetupTransformerParams(
        model.TransformerModel.Params(),
        name="transformer_base",
        vocab_size=VOCABULARY,
        model_dim=DIM,
        hidden_dim=HIDDEN_UNITS,
        num_heads=HEADS,
        num_layers=LAYERS,
        learning_rate=3.0,
        warmup_steps=40000,
        residual_dropout_prob=DROPOUT,
        input_dropout_prob=DROPOUT,
        label_smoothing_uncertainty=LABEL_SMOOTHING,
    )


@model_registry.RegisterSingleTaskModel
class TransformerBase(base_model_params.SingleTaskModelParams):
    def Train(self):
        return ConstantBatch.Params().Set(batch_size=PAIRS, num_samples=_NEVER)

    def Task(self):
        params = task_params()
        params.train.Set(save_interval_seconds=_NEVER, summary_interval_steps=_NEVER)
        return params


def training() -> float:
    params = base_model.SingleTaskModel.Params(task_params())
    params.input = ConstantBatch.Params().Set(batch_size=PAIRS)
    trained = params.Instantiate()
    trained.ConstructFPropBPropGraph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return training_rate(session.make_callable(trained.GetTask().train_op))


def decoding() -> float:
    params = task_params()
    params.input = None
    params.decoder.target_seq_len = LENGTH
    # No end of a sentence is taken, and no step left out.
    params.decoder.beam_search.Set(
        num_hyps_per_beam=BEAM,
        target_seq_len=LENGTH,
        beam_size=FAR,
        valid_eos_max_logit_delta=-FAR,
    )
    with cluster_factory.SetEval(True):
        decoded = params.Instantiate()
        source = py_utils.NestedMap(
            ids=tf.constant(random_ids(SENTENCES, LENGTH, 0)),
            paddings=tf.zeros([SENTENCES, LENGTH]),
        )
        found = decoded.dec.BeamSearchDecode(decoded.enc.FPropDefaultTheta(source))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        run = session.make_callable([found.topk_ids, found.topk_lens])

        def decode() -> int:
            run()
            return SENTENCES * LENGTH

        return decoding_rate(decode)


def main() -> None:
    tf.disable_eager_execution()
    tf.flags.FLAGS(sys.argv[:1])
    py_utils.GetOrCreateGlobalStepVar()
    (name,) = sys.argv[1:]
    print_figures(**{name: {"training": training, "decoding": decoding}[name]()})


if __name__ == "__main__":
    main()
