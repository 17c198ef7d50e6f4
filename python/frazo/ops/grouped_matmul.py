"""The op that multiplies groups of rows, each by a matrix of its own."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


def grouped_matmul(
    x: tf.Tensor,
    matrices: tf.Tensor,
    segments: tf.Tensor,
    *,
    transposed: bool = False,
    largest_part: int | None = None,
) -> tf.Tensor:
    """Computes y[r] = x[r] matrices[g] for the rows r of each group g.

    The kernel's time is that of the rows which are in a group. Its result does not depend on the
    number of threads.

    Args:
      x: [rows, depth], float32 for the kernel.
      matrices: [groups, depth, columns], or [groups, columns, depth] if `transposed`.
      segments: int32 [groups, parts, 2], the first row of each part of a group, and the number of
        its rows. Parts don't overlap.
      transposed: Whether the matrices are transposed.
      largest_part: The graph multiplies so many rows for each part, the largest number there may
        be, so that all its shapes are fixed. Default: the largest number there is.

    Returns:
      [rows, columns], zeros for rows of no group.

    Raises:
      tf.errors.InvalidArgumentError: The shapes don't fit, or segments overlap or leave the rows.
    """
    matrices = tf.convert_to_tensor(matrices)
    if not uses_kernels():
        return _in_graph(x, matrices, segments, transposed, largest_part)

    @tf.custom_gradient
    def product(x: tf.Tensor, matrices: tf.Tensor):
        def gradient(slopes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            ops = op_library()
            of_x = ops.frazo_grouped_mat_mul(
                x=slopes, matrices=matrices, segments=segments, transposed=not transposed
            )
            left, right = (slopes, x) if transposed else (x, slopes)
            of_matrices = ops.frazo_grouped_mat_mul_gradient(
                x=left, y_gradient=right, segments=segments
            )
            return of_x, of_matrices

        y = op_library().frazo_grouped_mat_mul(
            x=x, matrices=matrices, segments=segments, transposed=transposed
        )
        return y, gradient

    return product(x, matrices)


def _in_graph(
    x: tf.Tensor,
    matrices: tf.Tensor,
    segments: tf.Tensor,
    transposed: bool,
    largest_part: int | None,
) -> tf.Tensor:
    begins, sizes = tf.unstack(segments, axis=2)
    # Without groups the maximum is the least number of all.
    largest = tf.maximum(tf.reduce_max(sizes), 0) if largest_part is None else largest_part
    position = tf.range(largest)
    # [groups, parts * largest]
    rows = tf.reshape(begins[..., tf.newaxis] + position, [tf.shape(segments)[0], -1])
    is_row = tf.reshape(position < sizes[..., tf.newaxis], tf.shape(rows))
    of_groups = tf.where(
        is_row[..., tf.newaxis], tf.gather(x, tf.where(is_row, rows, 0)), tf.zeros([], x.dtype)
    )
    y = tf.linalg.matmul(of_groups, matrices, transpose_b=transposed)
    # What is no row goes to one that is cut off.
    to = tf.where(is_row, rows, tf.shape(x)[0])
    columns = y.shape[2]
    empty = tf.zeros([tf.shape(x)[0] + 1, columns], y.dtype)
    flat = tf.reshape(y, [-1, columns])
    return tf.tensor_scatter_nd_add(empty, tf.reshape(to, [-1, 1]), flat)[:-1]
