"""Means over sequences of different length."""

import tensorflow as tf


def masked_mean(x: tf.Tensor, length: tf.Tensor) -> tf.Tensor:
    """The mean of the first `length` vectors of each sequence; zero for an empty one.

    x: float32 [batch, time, dim]; length: int [batch], at most time. Returns [batch, dim].
    """
    mask = tf.sequence_mask(length, tf.shape(x)[1], dtype=x.dtype)
    total = tf.einsum("btd,bt->bd", x, mask)
    return total / tf.maximum(tf.cast(length, x.dtype), 1)[:, tf.newaxis]
