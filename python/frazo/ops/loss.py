"""The TensorFlow op of the cross entropy."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


class CrossEntropies(NamedTuple):
    """The losses of rows of logits, in nats.

    Attributes:
      smoothed: float32 [rows], -sum over classes c of target[c] log softmax(logits)[c].
      plain: float32 [rows], -log softmax(logits)[label]. It has no gradient.
    """

    smoothed: tf.Tensor
    plain: tf.Tensor


def smoothed_cross_entropy(
    logits: tf.Tensor, labels: tf.Tensor, *, smoothing: float = 0.0
) -> tf.Tensor:
    """Computes cross_entropies(...).smoothed, float32 [rows]."""
    return cross_entropies(logits, labels, smoothing=smoothing).smoothed


def cross_entropies(
    logits: tf.Tensor, labels: tf.Tensor, *, smoothing: float = 0.0
) -> CrossEntropies:
    """Computes the cross entropies with and without smoothed labels.

    target is 1 - smoothing for the label and smoothing / (classes - 1) for every other class. The
    smoothed losses have a gradient for logits. For the kernel the logits and their gradient are the
    only tensors of their size, and the gradient takes the memory of the logits.

    Args:
      logits: float32 [rows, classes].
      labels: int32 [rows].
      smoothing: In [0, 1).

    Returns:
      The losses of the rows; NaN if a logit is NaN or plus infinity.

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, smoothing is out of range, or a label
        is not a class; the message names the row.
    """
    if not uses_kernels():
        return _in_graph(logits, labels, smoothing)

    @tf.custom_gradient
    def entropies_of(logits):
        given = op_library().frazo_smoothed_cross_entropy(
            logits=logits, labels=labels, smoothing=smoothing
        )

        # The kernel's error for a wrong label comes first.
        with tf.control_dependencies([given.totals]):
            of_labels = tf.gather(logits, labels, axis=1, batch_dims=1)
        largest, log_total = tf.unstack(given.totals, axis=1)
        plain = log_total + (largest - of_labels)

        def gradient(slopes, _):
            return op_library().frazo_smoothed_cross_entropy_gradient(
                logits=logits,
                labels=labels,
                totals=given.totals,
                slopes=slopes,
                smoothing=smoothing,
            )

        return (given.losses, plain), gradient

    return CrossEntropies(*entropies_of(logits))


def _in_graph(logits: tf.Tensor, labels: tf.Tensor, smoothing: float) -> CrossEntropies:
    log_probabilities = tf.nn.log_softmax(logits)
    of_labels = tf.gather(log_probabilities, labels, axis=1, batch_dims=1)
    plain = tf.stop_gradient(-of_labels)
    if smoothing == 0:
        return CrossEntropies(-of_labels, plain)
    other = smoothing / (logits.shape[1] - 1)
    rest = other * tf.reduce_sum(log_probabilities, 1)
    return CrossEntropies(-(1 - smoothing - other) * of_labels - rest, plain)
