"""The TensorFlow op of the cross entropy."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


def smoothed_cross_entropy(
    logits: tf.Tensor, labels: tf.Tensor, *, smoothing: float = 0.0
) -> tf.Tensor:
    """Computes -sum over classes c of target[c] log softmax(logits)[c], in nats.

    target is 1 - smoothing for the label and smoothing / (classes - 1) for every other class. The
    op has a gradient for logits. For the kernel the logits and their gradient are the only tensors
    of their size, and the gradient takes the memory of the logits.

    Args:
      logits: float32 [rows, classes].
      labels: int32 [rows].
      smoothing: In [0, 1).

    Returns:
      float32 [rows]; NaN if a logit is NaN or plus infinity.

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, smoothing is out of range, or a label
        is not a class; the message names the row.
    """
    if not uses_kernels():
        return _losses_in_graph(logits, labels, smoothing)

    @tf.custom_gradient
    def losses_of(logits):
        given = op_library().frazo_smoothed_cross_entropy(
            logits=logits, labels=labels, smoothing=smoothing
        )

        def gradient(slopes):
            return op_library().frazo_smoothed_cross_entropy_gradient(
                logits=logits,
                labels=labels,
                totals=given.totals,
                slopes=slopes,
                smoothing=smoothing,
            )

        return given.losses, gradient

    return losses_of(logits)


def _losses_in_graph(logits: tf.Tensor, labels: tf.Tensor, smoothing: float) -> tf.Tensor:
    log_probabilities = tf.nn.log_softmax(logits)
    of_labels = tf.gather(log_probabilities, labels, axis=1, batch_dims=1)
    if smoothing == 0:
        return -of_labels
    other = smoothing / (logits.shape[1] - 1)
    return -(1 - smoothing - other) * of_labels - other * tf.reduce_sum(log_probabilities, 1)
