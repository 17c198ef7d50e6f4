"""The TensorFlow ops of a step of decoding: products and attention of few rows."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from frazo.op_library import op_library


def cached_attention(
    queries: tf.Tensor,
    cache: tf.Tensor,
    row_entries: tf.Tensor,
    *,
    head_dim: int,
    bias: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """softmax(queries keys^T + bias) values for one query a row and head, as in a step of decoding.

    Nothing is copied for rows that attend to the same entry. The result does not depend on the number of
    threads. It has no gradient.

    Args:
      queries: float32 [rows, heads head_dim], scaled.
      cache: float32 [entries, places, 2 shared_heads head_dim]: of each place the keys of all heads, then the
        values. shared_heads divides heads; consecutive heads of the queries share one.
      row_entries: int32 [rows], the entry that each row attends to.
      head_dim: size of a head.
      bias: float32 [1 or entries, 1 or heads, places], added to the logits.

    Returns:
      (sums, probabilities): float32 [rows, heads head_dim], and [rows, places] in the mean over the heads.

    Raises:
      tf.errors.InvalidArgumentError: the shapes do not fit, or a row's entry is none.
    """
    attended = op_library().frazo_cached_attention(
        queries=queries,
        cache=cache,
        bias=tf.zeros([0, 0, 0]) if bias is None else bias,
        row_entries=row_entries,
        head_dim=head_dim,
    )
    return attended.sums, attended.probabilities


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
