"""TensorFlow ops for the product of a few rows with a matrix rounded to int8."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class Int8Matrix(NamedTuple):
    """A matrix [depth, units] rounded to whole numbers from -127 to 127, times a scale for each column.

    panels: int8 [ceil(units / 32), 128 ceil(depth / 4)]. scales: float32 [units]. sums: int32 [units], of each
    column's whole numbers.
    """

    panels: tf.Tensor
    scales: tf.Tensor
    sums: tf.Tensor


def quantize_matrix(matrix: tf.Tensor, *, transposed: bool = False) -> Int8Matrix:
    """A matrix rounded for int8_matmul, a column's largest magnitude to 127; the same on every processor.

    Args:
      matrix: float32 [depth, units], or [units, depth] if `transposed`; finite.
    """
    return Int8Matrix(*op_library().frazo_quantize_matrix(matrix=matrix, transposed=transposed))


def int8_matmul(x: tf.Tensor, matrix: Int8Matrix, *, bias: tf.Tensor | None = None) -> tf.Tensor:
    """x * matrix + bias for up to a hundred rows, each rounded to whole numbers too. It has no gradient.

    A value is off by at most 1 / 254 of its row's or column's largest. A row that is not finite gives NaN.

    Args:
      x: float32 [rows, depth].
      bias: float32 [units].

    Returns:
      float32 [rows, units].

    Raises:
      tf.errors.InvalidArgumentError: the shapes do not fit, or the depth is above 65,000.
    """
    bias = tf.zeros([0]) if bias is None else bias
    return op_library().frazo_int8_mat_mul(x=x, **matrix._asdict(), bias=bias)
