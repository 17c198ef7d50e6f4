"""TensorFlow ops for the product of a few rows with a matrix rounded to int8."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class Int8Matrix(NamedTuple):
    """A matrix [depth, units] of whole numbers from -127 to 127, times a scale for each column.

    Attributes:
      panels: int8 [ceil(units / 32), 128 ceil(depth / 4)].
      scales: float32 [units].
      sums: int32 [units], the sum of each column's whole numbers.
    """

    panels: tf.Tensor
    scales: tf.Tensor
    sums: tf.Tensor


def quantize_matrix(matrix: tf.Tensor, *, transposed: bool = False) -> Int8Matrix:
    """Rounds a matrix for int8_matmul. The largest magnitude of a column becomes 127.

    The result is the same on every processor.

    Args:
      matrix: float32 [depth, units], or [units, depth] if `transposed`; finite.
      transposed: Whether `matrix` is transposed.
    """
    return Int8Matrix(*op_library().frazo_quantize_matrix(matrix=matrix, transposed=transposed))


def int8_matmul(x: tf.Tensor, matrix: Int8Matrix, *, bias: tf.Tensor | None = None) -> tf.Tensor:
    """Computes x * matrix + bias for up to a hundred rows, which are rounded to whole numbers too.

    A value is off by at most 1 / 254 of the largest of its row or column. A row that is not finite
    gives NaN. The op has no gradient.

    Args:
      x: float32 [rows, depth].
      matrix: The rounded matrix.
      bias: float32 [units].

    Returns:
      float32 [rows, units].

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, or the depth is above 65,000.
    """
    bias = tf.zeros([0]) if bias is None else bias
    return op_library().frazo_int8_mat_mul(x=x, **matrix._asdict(), bias=bias)
