"""The TensorFlow ops of the cross entropy with classes that are cut between processes."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


class RowParts(NamedTuple):
    """What a process knows of rows of logits if it has some of the classes; each is float32 [rows].

    Attributes:
      largest: The largest logit of these classes.
      log_total: log(sum(exp(logits - largest))).
      label_distance: largest - the label's logit; 0 if the label is another process's.
      distances: sum(largest - logits).
    """

    largest: tf.Tensor
    log_total: tf.Tensor
    label_distance: tf.Tensor
    distances: tf.Tensor


def cut_cross_entropy_parts(logits: tf.Tensor, labels: tf.Tensor) -> RowParts:
    """Reads the logits once. It has no gradient; cut_cross_entropy_gradient computes it.

    Args:
      logits: float32 [rows, classes], those of this process.
      labels: int32 [rows], counted from this process's first class. One that is not from 0 to
        classes - 1 is another process's.

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, or there is no class.
    """
    logits = tf.stop_gradient(logits)
    if uses_kernels():
        parts = op_library().frazo_cut_cross_entropy_parts(logits=logits, labels=labels)
        return RowParts(*tf.unstack(parts, 4, axis=1))
    largest = tf.reduce_max(logits, 1)
    distances = largest[:, tf.newaxis] - logits
    is_here, column = _columns(logits, labels)
    of_labels = tf.gather(distances, column, axis=1, batch_dims=1)
    return RowParts(
        largest,
        tf.math.log(tf.reduce_sum(tf.exp(-distances), 1)),
        tf.where(is_here, of_labels, 0.0),
        tf.reduce_sum(distances, 1),
    )


def cut_cross_entropy_gradient(
    logits: tf.Tensor,
    labels: tf.Tensor,
    totals: tf.Tensor,
    slopes: tf.Tensor,
    *,
    num_classes: int,
    smoothing: float = 0.0,
) -> tf.Tensor:
    """Computes the derivative of sum(slopes * losses) by the logits of this process.

    The losses are those of ops.cross_entropies over the classes of all processes. For the kernel
    the gradient takes the memory of the logits.

    Args:
      logits: As for cut_cross_entropy_parts.
      labels: Likewise.
      totals: float32 [rows, 2]: `largest` and `log_total` over the classes of all processes.
      slopes: float32 [rows].
      num_classes: The number of classes of all processes.
      smoothing: In [0, 1).

    Returns:
      float32 [rows, classes].

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, or smoothing or num_classes is out of
        range.
    """
    if uses_kernels():
        return op_library().frazo_cut_cross_entropy_gradient(
            logits=logits,
            labels=labels,
            totals=totals,
            slopes=slopes,
            num_classes=num_classes,
            smoothing=smoothing,
        )
    largest, log_total = totals[:, :1], totals[:, 1:]
    other = smoothing / (num_classes - 1) if smoothing and num_classes > 1 else 0.0
    of_label = 1 - (smoothing if other else 0.0) - other
    is_here, column = _columns(logits, labels)
    one_hot = tf.one_hot(tf.where(is_here, column, -1), tf.shape(logits)[1])
    probabilities = tf.exp(logits - largest - log_total)
    return (probabilities - other - of_label * one_hot) * slopes[:, tf.newaxis]


def _columns(logits: tf.Tensor, labels: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns whether each label is one of the classes, and its column; 0 if it is not."""
    is_here = tf.logical_and(labels >= 0, labels < tf.shape(logits)[1])
    return is_here, tf.where(is_here, labels, 0)
