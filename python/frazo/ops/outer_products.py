"""Gradients of matrices that every position of a sequence was multiplied by."""

from __future__ import annotations

import tensorflow as tf


def sum_of_outer_products(x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """The sum over all positions of x^T y: [batch, time, M], [batch, time, N] to [M, N]."""
    rows = [tf.reshape(z, [-1, z.shape[-1]]) for z in (x, y)]
    return tf.linalg.matmul(*rows, transpose_a=True)
