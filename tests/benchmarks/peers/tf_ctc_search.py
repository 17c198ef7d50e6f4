"""The search for CTC prefixes by TensorFlow, as a graph.

usage: tf_ctc_search.py
"""

import numpy as np
import tensorflow as tf
from ctc_workload import FRAMES, TOKENS, UTTERANCES, WIDTH, utterances_per_second
from figures import print_figures


def make_search():
    """Returns what maps logits, float32 [UTTERANCES, FRAMES, TOKENS + 1], to texts and scores."""

    @tf.function(input_signature=[tf.TensorSpec([FRAMES, UTTERANCES, TOKENS + 1])], autograph=False)
    def search(logits):
        (texts,), scores = tf.nn.ctc_beam_search_decoder(
            logits, tf.fill([UTTERANCES], FRAMES), beam_width=WIDTH
        )
        return tf.sparse.to_dense(texts, default_value=-1), scores[:, 0]

    def run(logits):
        texts, scores = search(tf.constant(np.swapaxes(logits, 0, 1)))
        return [row[row >= 0].tolist() for row in texts.numpy()], scores.numpy()

    return run


def main() -> None:
    print_figures(ctc_search=utterances_per_second(make_search()))


if __name__ == "__main__":
    main()
