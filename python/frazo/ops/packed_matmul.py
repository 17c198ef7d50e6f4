"""TensorFlow ops for the product of a few rows with a packed matrix."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.library import op_library


def pack_matrix(matrix: tf.Tensor, *, transposed: bool = False) -> tf.Tensor:
    """A matrix laid out for packed_matmul, the same on every processor.

    Args:
      matrix: float32 [depth, units], or [units, depth] if `transposed`.

    Returns:
      float32 [ceil(units / 32), depth, 32], with zeros where the matrix ends.
    """
    return op_library().frazo_pack_matrix(matrix=matrix, transposed=transposed)


def packed_matmul(
    x: tf.Tensor, panels: tf.Tensor, *, units: int, bias: tf.Tensor | None = None
) -> tf.Tensor:
    """x * matrix + bias, quick for up to a hundred rows, as in decoding. It has no gradient.

    The result does not depend on the number of threads.

    Args:
      x: float32 [rows, depth].
      panels: of pack_matrix, float32 [ceil(units / 32), depth, 32].
      units: columns of the matrix.
      bias: float32 [units].

    Returns:
      float32 [rows, units].

    Raises:
      tf.errors.InvalidArgumentError: the shapes do not fit.
    """
    bias = tf.zeros([0]) if bias is None else bias
    return op_library().frazo_packed_mat_mul(x=x, panels=panels, bias=bias, units=units)
