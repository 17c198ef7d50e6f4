"""Losses of a transducer and their gradients by the logits.

usage: frazo_transducer_loss.py [KERNEL|GRAPH]

GRAPH is a scan over diagonals by TensorFlow's own ops.
"""

import sys

import tensorflow as tf
from figures import print_figures
from frazo import ops
from transducer_workload import SIZES, make_lattices, utterances_per_second


def make_compute(lattices):
    """Returns what computes the losses and the gradient, as a graph."""
    logits, *others = (tf.constant(each) for each in lattices)

    @tf.function(autograph=False)
    def compute(logits):
        losses = ops.transducer_losses(logits, *others)
        return losses, tf.gradients(losses, logits)[0]

    return lambda: [each.numpy() for each in compute(logits)]


def main(form: str = "KERNEL") -> None:
    with ops.implementation(ops.Implementation[form]):
        print_figures(
            **{
                name: utterances_per_second(make_compute(make_lattices(*sizes)), sizes[0])
                for name, sizes in SIZES.items()
            }
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
