"""TensorFlow ops for the product of a few rows with a packed matrix."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library

# Neighbouring columns that lie together, as in core/kernels/gemm/packed_matrix.h.
_PANEL_UNITS = 32


def pack_matrix(matrix: tf.Tensor, *, transposed: bool = False) -> tf.Tensor:
    """Lays out a matrix for packed_matmul. The result is the same on every processor.

    Args:
      matrix: float32 [depth, units], or [units, depth] if `transposed`.
      transposed: Whether `matrix` is transposed.

    Returns:
      float32 [ceil(units / 32), depth, 32], padded with zeros.
    """
    if not uses_kernels():
        plain = tf.transpose(matrix) if transposed else tf.convert_to_tensor(matrix)
        depth, units = plain.shape
        padded = tf.pad(plain, [[0, 0], [0, -units % _PANEL_UNITS]])
        return tf.transpose(tf.reshape(padded, [depth, -1, _PANEL_UNITS]), [1, 0, 2])
    return op_library().frazo_pack_matrix(matrix=matrix, transposed=transposed)


def packed_matmul(
    x: tf.Tensor, panels: tf.Tensor, *, units: int, bias: tf.Tensor | None = None
) -> tf.Tensor:
    """Computes x * matrix + bias. Fast for up to a hundred rows, as in decoding.

    The result does not depend on the number of threads. The op has no gradient.

    Args:
      x: float32 [rows, depth].
      panels: The result of pack_matrix, float32 [ceil(units / 32), depth, 32].
      units: Number of columns of the matrix.
      bias: float32 [units].

    Returns:
      float32 [rows, units].

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit.
    """
    if not uses_kernels():
        matrix = tf.reshape(tf.transpose(panels, [1, 0, 2]), [panels.shape[1], -1])[:, :units]
        y = tf.linalg.matmul(x, matrix)
        return y if bias is None else tf.nn.bias_add(y, bias)
    bias = tf.zeros([0]) if bias is None else bias
    return op_library().frazo_packed_mat_mul(x=x, panels=panels, bias=bias, units=units)
