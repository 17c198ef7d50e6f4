"""Decoding with TransformerBase: Translation.decode as a graph, with random weights, and with
rounded ones as an export has them.

usage: frazo_translation_decoding.py float32|int8
"""

import sys

import tensorflow as tf
from figures import print_figures
from frazo.layers.packed_kernels import RoundedKernels
from frazo.layers.place import Place
from frazo.proto import decoding_weights_pb2
from frazo.tasks.mt.translation import Translation
from translation_workload import LENGTH, SENTENCES, decoding_rate, random_ids

from tests.benchmarks import transformer_base

IDS, LENGTHS = tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32)


def make_task(weights: str) -> Translation:
    input_spec = {}
    for name in ("source", "target", "target_labels"):
        input_spec |= {name: IDS, f"{name}_length": LENGTHS}
    message = transformer_base.translation()
    message.decoding_weights = decoding_weights_pb2.DecodingWeights.Type.Value(weights.upper())
    return Translation(message, Place(seed=1), input_spec=input_spec)


def main() -> None:
    (weights,) = sys.argv[1:]
    task, rounded = make_task(weights), RoundedKernels()
    decode = tf.function(
        lambda source, lengths: task.decode(source, lengths, rounded=rounded),
        autograph=False,
        input_signature=[IDS, LENGTHS],
    )
    source = tf.constant(random_ids(SENTENCES, LENGTH, 0))
    lengths = tf.fill([SENTENCES], LENGTH)
    print_figures(
        decoding=decoding_rate(lambda: int(tf.reduce_sum(decode(source, lengths).lengths)))
    )


if __name__ == "__main__":
    main()
