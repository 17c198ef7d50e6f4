"""The op that multiplies the rows of cells and rectifies the result."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library
from frazo.ops.rectified_graph import rectified_in_graph


class RectifiedRows(NamedTuple):
    """The rows of cells, and what rows have in common. Without a row that is 0.

    Attributes:
      values: [rows, columns], none of which is negative.
      mean: float32 [columns], that of all rows.
      variance: float32 [columns], with the number of rows as divisor.
      cell_means: [cells, columns].
      cell_maxima: [cells, columns]. Rows that share a maximum share its gradient.
    """

    values: tf.Tensor
    mean: tf.Tensor
    variance: tf.Tensor
    cell_means: tf.Tensor
    cell_maxima: tf.Tensor


def rectified_matmul(
    x: tf.Tensor, kernel: tf.Tensor, shared: tf.Tensor, counts: tf.Tensor
) -> RectifiedRows:
    """Computes relu(x[r] kernel + shared[c]) for the rows r of each cell c.

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

    Raises:
      tf.errors.InvalidArgumentError: The shapes don't fit, a count is negative, or the counts do
        not add up to the rows.
    """
    if not uses_kernels() or x.dtype != tf.float32:
        return RectifiedRows(*rectified_in_graph(x, kernel, shared, counts))

    @tf.custom_gradient
    def product(x: tf.Tensor, kernel: tf.Tensor, shared: tf.Tensor):
        made = op_library().frazo_rectified_mat_mul(
            x=x, kernel=kernel, shared=shared, counts=counts
        )

        def gradient(*slopes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
            return op_library().frazo_rectified_mat_mul_gradient(
                x=x,
                kernel=kernel,
                counts=counts,
                y=made.y,
                mean=made.mean,
                cell_maxima=made.cell_maxima,
                y_gradient=slopes[0],
                mean_gradient=slopes[1],
                variance_gradient=slopes[2],
                cell_means_gradient=slopes[3],
                cell_maxima_gradient=slopes[4],
            )

        return tuple(made), gradient

    return RectifiedRows(*product(x, kernel, shared))
