"""Sums of what sources have, for rows of which many share the sources of a sentence."""

import tensorflow as tf
from frazo import ops


def sums_of_rows(shares: tf.Tensor, values: tf.Tensor, sentences: tf.Tensor) -> tf.Tensor:
    """Multiplies the rows of each sentence at once by its values, which may be long vectors.

    Values of its own for each row would be a copy of many times their size.

    Args:
      shares: float32 [rows, heads, source_time].
      values: float32 [batch, heads, source_time, size].
      sentences: int32 [rows], ascending, the sentence of each row.

    Returns:
      float32 [rows, heads, size].
    """
    rows = tf.shape(sentences)[0]
    batch, heads, sources, size = tf.unstack(tf.shape(values))
    numbers = tf.range(batch)
    first = tf.searchsorted(sentences, numbers)
    counts = tf.searchsorted(sentences, numbers, side="right") - first
    # All rows of the first head come before those of the second.
    begins = first[:, tf.newaxis] + rows * tf.range(heads)
    segments = tf.stack([begins, tf.repeat(counts[:, tf.newaxis], heads, 1)], -1)
    sums = ops.grouped_matmul(
        tf.reshape(tf.transpose(shares, [1, 0, 2]), [heads * rows, sources]),
        tf.reshape(values, [batch * heads, sources, size]),
        tf.reshape(segments, [batch * heads, 1, 2]),
    )
    return tf.transpose(tf.reshape(sums, [heads, rows, size]), [1, 0, 2])
