"""Rotary position embedding."""

import numpy as np
import tensorflow as tf
from frazo.proto import position_pb2


def rotate(x: tf.Tensor, positions: tf.Tensor, message: position_pb2.RotaryPositions) -> tf.Tensor:
    """Rotates each pair (x[i], x[i + dim / 2]) by position / max_timescale^(2 i / dim).

    Su et al. 2021, equation 34, with pairs from both halves. The product of a rotated query and a
    rotated key depends only on the difference of their positions.

    Args:
      x: [..., dim] with an even dim.
      positions: int32. The shape broadcasts with that of x without the last dimension.
      message: The message, with max_timescale.

    Returns:
      [..., dim], of the type of x.
    """
    half = x.shape[-1] // 2
    frequencies = message.max_timescale ** -(np.arange(half) / half)
    angles = tf.cast(positions, tf.float32)[..., tf.newaxis] * frequencies.astype(np.float32)
    cosine, sine = tf.cos(angles), tf.sin(angles)
    # The gradient of a split is one concatenation; that of two slices fills and adds two tensors.
    first, second = tf.split(tf.cast(x, tf.float32), 2, -1)
    turned = tf.concat([first * cosine - second * sine, second * cosine + first * sine], -1)
    return tf.cast(turned, x.dtype)
