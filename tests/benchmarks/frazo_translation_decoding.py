"""Decoding with TransformerBase: Translation.decode as a graph, with random weights.

usage: frazo_translation_decoding.py
"""

import tensorflow as tf
from figures import print_figures
from frazo.tasks.mt.translation import Translation
from translation_workload import LENGTH, SENTENCES, decoding_rate, random_ids

from tests.benchmarks import transformer_base

IDS, LENGTHS = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)


def make_task() -> Translation:
    input_spec = {}
    for name in ("source", "target", "target_labels"):
        input_spec |= {name: IDS, f"{name}_length": LENGTHS}
    return Translation(transformer_base.translation(), input_spec=input_spec, seed=1)


def main() -> None:
    decode = tf.function(make_task().decode, autograph=False, input_signature=[IDS, LENGTHS])
    source = tf.constant(random_ids(SENTENCES, LENGTH, 0))
    lengths = tf.fill([SENTENCES], LENGTH)
    print_figures(
        decoding=decoding_rate(lambda: int(tf.reduce_sum(decode(source, lengths).lengths)))
    )


if __name__ == "__main__":
    main()
