"""Gradients of tables of which a step uses only some rows."""

from typing import TypeAlias

import tensorflow as tf
from frazo import ops

# That of a table lists rows. A row may be listed several times: its gradient is then the sum.
Gradient: TypeAlias = tf.Tensor | tf.IndexedSlices


def with_each_row_once(gradient: Gradient) -> Gradient:
    """Adds up what a gradient lists for the same row. Returns a whole gradient as it is."""
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    rows, places = ops.unique(gradient.indices)
    values = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
    return tf.IndexedSlices(values, rows, gradient.dense_shape)


def squared_norm(gradient: Gradient) -> tf.Tensor:
    """Returns the sum of squares, float32 []. A gradient lists each row once."""
    values = gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient
    return ops.squared_norm(values)


def scaled(gradient: Gradient, factor: tf.Tensor) -> Gradient:
    """Returns the gradient multiplied by a factor, float32 []."""
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient * factor
    return tf.IndexedSlices(gradient.values * factor, gradient.indices, gradient.dense_shape)
