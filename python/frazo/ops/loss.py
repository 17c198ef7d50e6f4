"""The TensorFlow op of the cross entropy."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


class CrossEntropies(NamedTuple):
    """The losses of rows of logits, in nats.

    Attributes:
      smoothed: float32 [rows], -sum over classes c of target[c] log softmax(logits)[c], and z_loss
        times the square of log(sum of exp(logits)).
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
    logits: tf.Tensor, labels: tf.Tensor, *, smoothing: float = 0.0, z_loss: float = 0.0
) -> CrossEntropies:
    """Computes the cross entropies with and without smoothed labels.

    target is 1 - smoothing for the label and smoothing / (classes - 1) for every other class. The
    smoothed losses have a gradient for logits. For the kernel the logits and their gradient are the
    only tensors of their size, and the gradient takes the memory of the logits.

    Args:
      logits: float32 [rows, classes].
      labels: int32 [rows].
      smoothing: In [0, 1).
      z_loss: >= 0. It draws the logarithm of the sum of exp(logits) to 0 (Chowdhery et al. 2022,
        section 5).

    Returns:
      The losses of the rows; NaN if a logit is NaN or plus infinity.

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, smoothing is out of range, or a label
        is not a class; the message names the row.
    """
    if not uses_kernels():
        return _in_graph(logits, labels, smoothing, z_loss)

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
        log_sum = largest + log_total

        def gradient(slopes, _):
            of_log_sums = 2 * z_loss * log_sum * slopes
            by_logits = op_library().frazo_smoothed_cross_entropy_gradient(
                logits=logits,
                labels=labels,
                totals=given.totals,
                slopes=slopes + of_log_sums,
                smoothing=smoothing,
            )
            # It is slopes * (softmax - target), and the logarithms add to the softmax only.
            return _plus_targets(by_logits, labels, of_log_sums, smoothing) if z_loss else by_logits

        losses = given.losses + z_loss * log_sum**2 if z_loss else given.losses
        return (losses, plain), gradient

    return CrossEntropies(*entropies_of(logits))


def _plus_targets(
    matrix: tf.Tensor, labels: tf.Tensor, factors: tf.Tensor, smoothing: float
) -> tf.Tensor:
    """Returns matrix[i, c] + factors[i] target[i, c]."""
    other = smoothing / max(matrix.shape[1] - 1, 1)
    if smoothing:
        matrix += other * factors[:, tf.newaxis]
    at_labels = tf.stack([tf.range(tf.size(labels)), labels], 1)
    return tf.tensor_scatter_nd_add(matrix, at_labels, (1 - smoothing - other) * factors)


def _in_graph(
    logits: tf.Tensor, labels: tf.Tensor, smoothing: float, z_loss: float
) -> CrossEntropies:
    log_probabilities = tf.nn.log_softmax(logits)
    of_labels = tf.gather(log_probabilities, labels, axis=1, batch_dims=1)
    plain = tf.stop_gradient(-of_labels)
    losses = -of_labels
    if smoothing:
        other = smoothing / (logits.shape[1] - 1)
        rest = other * tf.reduce_sum(log_probabilities, 1)
        losses = -(1 - smoothing - other) * of_labels - rest
    if z_loss:
        losses += z_loss * tf.reduce_logsumexp(logits, 1) ** 2
    return CrossEntropies(losses, plain)
