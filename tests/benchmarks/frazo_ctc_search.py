"""The search for CTC prefixes, as a graph.

usage: frazo_ctc_search.py
"""

import tensorflow as tf
from ctc_workload import FRAMES, TOKENS, UTTERANCES, WIDTH, utterances_per_second
from figures import print_figures
from frazo import ops


def make_search():
    """Returns what maps logits, float32 [UTTERANCES, FRAMES, TOKENS + 1], to texts and scores."""

    @tf.function(input_signature=[tf.TensorSpec([UTTERANCES, FRAMES, TOKENS + 1])], autograph=False)
    def search(logits):
        frames = tf.fill([UTTERANCES], FRAMES)
        return ops.ctc_beam_search(tf.nn.log_softmax(logits), frames, width=WIDTH)

    def run(logits):
        found = search(tf.constant(logits))
        lengths = found.lengths.numpy()[:, 0]
        texts = found.tokens.numpy()[:, 0]
        return [row[:length].tolist() for row, length in zip(texts, lengths, strict=True)], (
            found.scores.numpy()[:, 0]
        )

    return run


def main() -> None:
    print_figures(ctc_search=utterances_per_second(make_search()))


if __name__ == "__main__":
    main()
