"""Lingvo's WordLevelOneBwdsSimpleSampledSoftmax, scaled as language_workload.Words: training steps.

usage: lingvo_words.py

Lingvo's wheel has its language model but not the parameters of its models; these are they. Training
is its own train_op, a session call a step.
"""

import lingvo.compat as tf
from figures import print_figures
from language_workload import SOS, Words, random_words, training_rate
from lingvo.core import (
    base_input_generator,
    base_model,
    optimizer,
    py_utils,
    schedule,
    tokenizers,
)
from lingvo.tasks.lm import layers, model

EMBEDDING_SHARDS = SOFTMAX_SHARDS = 8


class ConstantBatch(base_input_generator.BaseInputGenerator):
    """The same rows again and again."""

    @classmethod
    def Params(cls):
        params = super().Params()
        params.Define("tokenizer", tokenizers.AsciiTokenizer.Params(), "Has the vocabulary's size.")
        return params

    def _InputBatch(self):
        labels = tf.constant(random_words(Words(), 0))
        rows, columns = labels.shape
        return py_utils.NestedMap(
            ids=tf.concat([tf.fill([rows, 1], SOS), labels[:, :-1]], 1),
            labels=labels,
            paddings=tf.zeros([rows, columns]),
            weights=tf.ones([rows, columns]),
            word_count=tf.fill([rows], columns - 1),
        )


def task_params(words: Words):
    """The BIG LSTM's parameters, at the sizes of the workload."""
    params = model.LanguageModel.Params().Set(name="words")
    params.lm = layers.RnnLm.CommonParams(
        vocab_size=words.vocabulary,
        emb_dim=words.dim,
        num_layers=words.layers,
        rnn_dims=words.dim,
        rnn_hidden_dims=words.units,
        # No layer has a residual connection.
        residual_start=words.layers + 1,
    )
    initial = py_utils.WeightInit.UniformUnitScaling(EMBEDDING_SHARDS)
    params.lm.emb.Set(max_num_shards=EMBEDDING_SHARDS, params_init=initial)
    params.lm.embedding_dropout_keep_prob = 1 - words.dropout
    params.lm.rnns.dropout.keep_prob = 1 - words.dropout
    params.lm.softmax.Set(
        num_sampled=words.samples, num_shards=SOFTMAX_SHARDS, params_init=initial, chunk_size=0
    )
    params.train.Set(
        optimizer=optimizer.Adagrad.Params().Set(initial_accumulator_value=1.0),
        learning_rate=words.learning_rate,
        lr_schedule=schedule.Constant.Params(),
        max_lstm_gradient_norm=words.clip_norm,
        sum_loss_across_tokens_in_batch=True,
        l2_regularizer_weight=None,
        clip_gradient_norm_to_value=0.0,
        grad_norm_to_clip_to_zero=0.0,
    )
    return params


def main() -> None:
    tf.disable_eager_execution()
    tf.flags.FLAGS(["lingvo_words.py"])
    py_utils.GetOrCreateGlobalStepVar()
    words = Words()
    params = base_model.SingleTaskModel.Params(task_params(words))
    params.input = ConstantBatch.Params().Set(batch_size=words.rows)
    params.input.tokenizer.vocab_size = words.vocabulary
    trained = params.Instantiate()
    trained.ConstructFPropBPropGraph()
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        step = session.make_callable(trained.GetTask().train_op)
        rate = training_rate(step)
    print_figures(tokens=rate * words.rows * words.tokens)


if __name__ == "__main__":
    main()
