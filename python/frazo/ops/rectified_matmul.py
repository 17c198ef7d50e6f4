"""The op that multiplies the rows of cells and rectifies the result."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


def rectified_matmul(
    x: tf.Tensor, kernel: tf.Tensor, shared: tf.Tensor, counts: tf.Tensor
) -> tf.Tensor:
    """Computes y[r] = relu(x[r] kernel + shared[c]) for the rows r of each cell c.

    The kernel goes from one value that is not zero to the next: it is made for rows that come
    from a rectifier, half of which are zeros. Its gradient skips what the rectifier stops. If
    nothing is zero, it takes longer than TensorFlow's product. Neither results nor gradients
    depend on the number of threads. A zero times infinity is 0 in the kernel, and NaN in the
    graph.

    Args:
      x: [rows, depth], float32 for the kernel. Those of a cell follow those of the cell before.
      kernel: [depth, columns].
      shared: [cells, columns].
      counts: int32 [cells], the number of rows of each cell.

    Returns:
      [rows, columns].

    Raises:
      tf.errors.InvalidArgumentError: The shapes don't fit, a count is negative, or the counts do
        not add up to the rows.
    """
    if not uses_kernels() or x.dtype != tf.float32:
        return tf.nn.relu(tf.linalg.matmul(x, kernel) + _spread(shared, counts))

    @tf.custom_gradient
    def product(x: tf.Tensor, kernel: tf.Tensor, shared: tf.Tensor):
        y = op_library().frazo_rectified_mat_mul(x=x, kernel=kernel, shared=shared, counts=counts)

        def gradient(slopes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            return op_library().frazo_rectified_mat_mul_gradient(
                x=x, kernel=kernel, counts=counts, y=y, y_gradient=slopes
            )

        return y, gradient

    return product(x, kernel, shared)


def _spread(shared: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
    """Returns for each row the vector of its cell: [cells, dim] to [rows, dim]."""
    cell_of_row = tf.repeat(tf.range(tf.size(counts)), counts)

    @tf.custom_gradient
    def call(values: tf.Tensor):
        # The rows are sorted, which the gradient of tf.gather doesn't know.
        def gradient(slopes: tf.Tensor) -> tf.Tensor:
            sums = tf.math.segment_sum(slopes, cell_of_row)
            # Empty cells behind the last cell with a row are missing.
            return tf.pad(sums, [[0, tf.size(counts) - tf.shape(sums)[0]], [0, 0]])

        return tf.gather(values, cell_of_row), gradient

    return call(shared)
