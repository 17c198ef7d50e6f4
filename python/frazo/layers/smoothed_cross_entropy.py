"""Cross entropy with smoothed labels."""

import tensorflow as tf
from frazo import ops


def smoothed_cross_entropy(
    logits: tf.Tensor, labels: tf.Tensor, *, smoothing: float = 0.0
) -> tf.Tensor:
    """Computes cross_entropies(...).smoothed, float32 [...]."""
    return cross_entropies(logits, labels, smoothing=smoothing).smoothed


def cross_entropies(
    logits: tf.Tensor, labels: tf.Tensor, *, smoothing: float = 0.0, z_loss: float = 0.0
) -> ops.CrossEntropies:
    """Computes -sum over classes c of target[c] log softmax(logits)[c], and the same of the plain
    label.

    target is 1 - smoothing for the label and smoothing / (classes - 1) for every other class. This
    is Szegedy et al. 2016, section 7, except that the label has no share of the uniform part. The
    op never stores all targets or all logarithms.

    Args:
      logits: float32 [..., classes].
      labels: int32 [...].
      smoothing: In [0, 1).
      z_loss: See ops.cross_entropies.

    Returns:
      The losses in nats, each float32 [...].

    Raises:
      InvalidArgumentError: A label is not a class. The op fails when it runs.
    """
    rows = tf.reshape(logits, [-1, logits.shape[-1]])
    labels_of_rows = tf.reshape(labels, [-1])
    losses = ops.cross_entropies(rows, labels_of_rows, smoothing=smoothing, z_loss=z_loss)
    return ops.CrossEntropies(*(tf.reshape(each, tf.shape(labels)) for each in losses))
