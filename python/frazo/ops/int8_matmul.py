"""TensorFlow ops for the product of a few rows with a matrix rounded to int8."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library

# As in core/kernels/gemm: columns of a panel, values of a column side by side in it, largest number.
_PANEL_UNITS = 32
_GROUP = 4
_LIMIT = 127.0


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
    if not uses_kernels():
        return _quantize_in_graph(tf.transpose(matrix) if transposed else matrix)
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
    if not uses_kernels():
        return _multiply_in_graph(x, matrix, bias)
    bias = tf.zeros([0]) if bias is None else bias
    return op_library().frazo_int8_mat_mul(x=x, **matrix._asdict(), bias=bias)


def _quantize_in_graph(matrix: tf.Tensor) -> Int8Matrix:
    rounded, scales = _round(tf.convert_to_tensor(matrix), axis=0)
    depth, units = rounded.shape
    padded = tf.pad(rounded, [[0, -depth % _GROUP], [0, -units % _PANEL_UNITS]])
    groups = tf.reshape(padded, [-(-depth // _GROUP), _GROUP, -1, _PANEL_UNITS])
    panels = tf.reshape(
        tf.transpose(groups, [2, 0, 3, 1]),
        [-(-units // _PANEL_UNITS), -(-depth // _GROUP) * _PANEL_UNITS * _GROUP],
    )
    return Int8Matrix(
        tf.cast(panels, tf.int8), scales[0], tf.cast(tf.reduce_sum(rounded, 0), tf.int32)
    )


def _multiply_in_graph(x: tf.Tensor, matrix: Int8Matrix, bias: tf.Tensor | None) -> tf.Tensor:
    """The sums of whole numbers are float32, exact up to 2^24."""
    depth, units = x.shape[1], matrix.scales.shape[0]
    panels = tf.reshape(matrix.panels, [-1, -(-depth // _GROUP), _PANEL_UNITS, _GROUP])
    plain = tf.reshape(tf.transpose(panels, [1, 3, 0, 2]), [-(-depth // _GROUP) * _GROUP, -1])
    rounded, scales = _round(x, axis=1)
    y = tf.linalg.matmul(rounded, tf.cast(plain[:depth, :units], tf.float32))
    y *= scales * matrix.scales
    return y if bias is None else tf.nn.bias_add(y, bias)


def _round(x: tf.Tensor, axis: int) -> tuple[tf.Tensor, tf.Tensor]:
    """x as whole numbers, and the scales that they are to be multiplied by, with the axis kept."""
    largest = tf.reduce_max(tf.abs(x), axis, keepdims=True)
    # Zeros alone need no scale.
    inverses = tf.math.divide_no_nan(_LIMIT, largest)
    return tf.round(x * inverses), largest / _LIMIT
