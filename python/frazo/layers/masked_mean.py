"""Means over sequences of different length."""

import tensorflow as tf


def masked_mean(x: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """Returns the mean of the first `length` vectors of each sequence, or zero for an empty one.

    The sums are float32.

    Args:
      x: [batch, time, dim].
      length: int [batch], at most time.

    Returns:
      [batch, dim].
    """
    mask = tf.sequence_mask(length, tf.shape(x)[1], dtype=tf.float32)
    total = tf.einsum("btd,bt->bd", tf.cast(x, tf.float32), mask)
    mean = total / tf.maximum(tf.cast(length, tf.float32), 1)[:, tf.newaxis]
    return tf.cast(mean, x.dtype)
