"""Cells of points: which points are real, and what a cell has of its points."""

import tensorflow as tf
from frazo.layers.image.batch_norm import Moments


class Cells:
    """The real points of cells as the rows of a matrix, those of a cell beside each other.

    Cells at the edge of a scan have few points. What is not there costs nothing here.

    Attributes:
      counts: int32 [cells], the number of points of each cell.
      cell_of_row: int32 [rows], ascending.
    """

    def __init__(self, counts: tf.Tensor):
        """Takes the number of points of each cell, int32 [cells]."""
        self.counts = counts
        self.cell_of_row = tf.repeat(tf.range(tf.size(counts)), counts)

    def rows_of(self, padded: tf.Tensor) -> tf.Tensor:
        """Returns the real points, [rows, features].

        Args:
          padded: [cells, most points, features], the real ones of each cell first.
        """
        return tf.boolean_mask(padded, tf.sequence_mask(self.counts, tf.shape(padded)[1]))

    def max(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the maximum over the rows of each cell, or 0: [rows, dim] to [cells, dim]."""
        return self._with_empty_ones(tf.math.segment_max(x, self.cell_of_row))

    def mean(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the mean over the rows of each cell, or 0: [rows, dim] to [cells, dim].

        The sums are float32.
        """
        total = self._sum(tf.cast(x, tf.float32))
        return tf.cast(total / tf.maximum(self._weights, 1), x.dtype)

    def spread_moments(self, x: tf.Tensor) -> Moments:
        """Returns the moments of rows that have the vectors of their cells, [cells, dim]."""
        wide, count = tf.cast(x, tf.float32), tf.reduce_sum(self._weights)
        mean = tf.math.divide_no_nan(tf.reduce_sum(self._weights * wide, 0), count)
        squares = tf.reduce_sum(self._weights * tf.square(wide - mean), 0)
        return Moments(mean, tf.math.divide_no_nan(squares, count), count)

    @property
    def _weights(self) -> tf.Tensor:
        return tf.cast(self.counts, tf.float32)[:, tf.newaxis]

    def _sum(self, x: tf.Tensor) -> tf.Tensor:
        return self._with_empty_ones(tf.math.segment_sum(x, self.cell_of_row))

    def _with_empty_ones(self, x: tf.Tensor) -> tf.Tensor:
        """Adds zeros for empty cells behind the last cell with a point."""
        return tf.pad(x, [[0, tf.size(self.counts) - tf.shape(x)[0]], [0, 0]])
