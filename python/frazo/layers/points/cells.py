"""Cells of points: which points are real."""

import tensorflow as tf
from frazo.layers.image.batch_norm import Moments


class Cells:
    """The real points of cells as the rows of a matrix, those of a cell beside each other.

    Cells at the edge of a scan have few points. What is not there costs nothing here.

    Attributes:
      counts: int32 [cells], the number of points of each cell.
    """

    def __init__(self, counts: tf.Tensor):
        """Takes the number of points of each cell, int32 [cells]."""
        self.counts = counts

    def rows_of(self, padded: tf.Tensor) -> tf.Tensor:
        """Returns the real points, [rows, features].

        Args:
          padded: [cells, most points, features], the real ones of each cell first.
        """
        return tf.boolean_mask(padded, tf.sequence_mask(self.counts, tf.shape(padded)[1]))

    def repeat(self, vector: tf.Tensor) -> tf.Tensor:
        """Returns [cells, dim]: the vector, [dim], for each cell."""
        return tf.tile(vector[tf.newaxis], [tf.size(self.counts), 1])

    def spread_moments(self, x: tf.Tensor) -> Moments:
        """Returns the moments of rows that have the vectors of their cells, [cells, dim]."""
        wide, count = tf.cast(x, tf.float32), tf.reduce_sum(self._weights)
        mean = tf.math.divide_no_nan(tf.reduce_sum(self._weights * wide, 0), count)
        squares = tf.reduce_sum(self._weights * tf.square(wide - mean), 0)
        return Moments(mean, tf.math.divide_no_nan(squares, count), count)

    @property
    def _weights(self) -> tf.Tensor:
        return tf.cast(self.counts, tf.float32)[:, tf.newaxis]
