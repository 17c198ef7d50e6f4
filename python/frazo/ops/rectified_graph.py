"""Rectified products of the rows of cells in TensorFlow's own ops."""

from __future__ import annotations

import tensorflow as tf


def rectified_in_graph(
    x: tf.Tensor, kernel: tf.Tensor, shared: tf.Tensor, counts: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns the fields of RectifiedRows; see rectified_matmul for the arguments."""
    cells = _Cells(counts)
    values = tf.nn.relu(tf.linalg.matmul(x, kernel) + cells.spread(shared))
    mean, variance = _moments(values)
    return values, mean, variance, cells.mean(values), cells.max(values)


class _Cells:
    """Which rows are of which cell."""

    def __init__(self, counts: tf.Tensor):
        self._counts = counts
        # Ascending.
        self._cell_of_row = tf.repeat(tf.range(tf.size(counts)), counts)

    def spread(self, x: tf.Tensor) -> tf.Tensor:
        """Returns for each row the vector of its cell: [cells, dim] to [rows, dim]."""

        @tf.custom_gradient
        def call(values: tf.Tensor):
            # The rows are sorted, which the gradient of tf.gather doesn't know.
            return tf.gather(values, self._cell_of_row), self._sum

        return call(x)

    def max(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the maximum over the rows of each cell, or 0: [rows, dim] to [cells, dim]."""
        return self._with_empty_ones(tf.math.segment_max(x, self._cell_of_row))

    def mean(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the mean over the rows of each cell, or 0: [rows, dim] to [cells, dim].

        The sums are float32.
        """
        total = self._sum(tf.cast(x, tf.float32))
        weights = tf.maximum(tf.cast(self._counts, tf.float32), 1)
        return tf.cast(total / weights[:, tf.newaxis], x.dtype)

    def _sum(self, x: tf.Tensor) -> tf.Tensor:
        return self._with_empty_ones(tf.math.segment_sum(x, self._cell_of_row))

    def _with_empty_ones(self, x: tf.Tensor) -> tf.Tensor:
        """Adds zeros for empty cells behind the last cell with a row."""
        return tf.pad(x, [[0, tf.size(self._counts) - tf.shape(x)[0]], [0, 0]])


@tf.custom_gradient
def _moments(x: tf.Tensor):
    """Returns the mean and the variance over the rows of x, [rows, dim]; 0 if there is no row.

    The gradient needs two passes over the rows and keeps nothing but x.
    """
    wide = tf.cast(x, tf.float32)
    count = tf.cast(tf.shape(x)[0], tf.float32)
    mean = tf.math.divide_no_nan(_column_sums(wide), count)
    squares = _column_sums(tf.math.squared_difference(wide, mean))

    def gradient(of_mean: tf.Tensor, of_variance: tf.Tensor) -> tf.Tensor:
        # d mean / d x = 1 / n; d variance / d x = 2 (x - mean) / n.
        slope = tf.math.divide_no_nan(2 * of_variance, count)
        level = tf.math.divide_no_nan(of_mean, count) - slope * mean
        return tf.cast(slope * tf.cast(x, tf.float32) + level, x.dtype)

    return (mean, tf.math.divide_no_nan(squares, count)), gradient


def _column_sums(x: tf.Tensor) -> tf.Tensor:
    """Returns the sums of the columns, as a product, which takes a third of the time of a sum."""
    return tf.linalg.matmul(tf.ones([1, tf.shape(x)[0]]), x)[0]
