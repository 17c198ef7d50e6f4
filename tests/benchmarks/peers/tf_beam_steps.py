"""Steps of a beam search in plain TensorFlow.

usage: tf_beam_steps.py two_stages|one_stage

two_stages: tf.math.top_k for each hypothesis and then over those of a sentence; one_stage: over all
tokens of all hypotheses of a sentence. The steps are one unrolled graph, each waiting for the one
before. Of what ends only the best score is kept, and no attention.
"""

import sys
import time

import tensorflow as tf
from beam_scores import (
    EOS,
    SENTENCES,
    STEPS,
    VOCABULARY,
    WIDTH,
    make_scores,
    milliseconds_per_step,
)
from figures import print_figures


def best_of_two_stages(scores: tf.Tensor, totals: tf.Tensor):
    values, tokens = tf.math.top_k(scores, WIDTH + 1)
    tokens = tf.reshape(tokens, [SENTENCES, -1])
    sums = tf.reshape(values + totals[:, :, None], [SENTENCES, -1])
    totals, best = tf.math.top_k(tf.where(tokens == EOS, -1e36, sums), WIDTH)
    return totals, best // (WIDTH + 1), tf.gather(tokens, best, batch_dims=1)


def best_of_one_stage(scores: tf.Tensor, totals: tf.Tensor):
    # EOS goes on here, too: masking it would be another pass over the scores.
    sums = tf.reshape(scores + totals[:, :, None], [SENTENCES, WIDTH * VOCABULARY])
    totals, best = tf.math.top_k(sums, WIDTH)
    return totals, best // VOCABULARY, best % VOCABULARY


def make_decode(choose, normalize: bool):
    @tf.function
    def decode(all_scores):
        totals = tf.zeros([SENTENCES, WIDTH])
        paths = tf.zeros([SENTENCES, WIDTH, STEPS], tf.int32)
        ended = tf.fill([SENTENCES], -1e36)
        for step, scores in enumerate(all_scores):
            with tf.control_dependencies([totals]):
                scores = tf.identity(scores)
            scores = tf.nn.log_softmax(scores) if normalize else scores
            scores = tf.reshape(scores, [SENTENCES, WIDTH, VOCABULARY])
            ended = tf.maximum(ended, tf.reduce_max(totals + scores[:, :, EOS], 1))
            totals, parents, tokens = choose(scores, totals)
            paths = tf.gather(paths, parents, batch_dims=1)
            paths = tf.concat(
                [paths[:, :, :step], tokens[:, :, None], paths[:, :, step + 1 :]], axis=2
            )
        return paths, totals, ended

    return decode


def main() -> None:
    choose = {"two_stages": best_of_two_stages, "one_stage": best_of_one_stage}[sys.argv[1]]
    figures = {}
    for name in ("logits", "log_probabilities"):
        scores = [tf.constant(make_scores(step, name != "logits")) for step in range(STEPS)]
        run = make_decode(choose, normalize=name == "logits")

        def decode(run=run, scores=scores) -> float:
            started = time.perf_counter()
            run(scores)[1].numpy()
            return time.perf_counter() - started

        figures[name] = milliseconds_per_step(decode)
    print_figures(**figures)


if __name__ == "__main__":
    main()
