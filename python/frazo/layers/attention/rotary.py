"""Rotary position embedding."""

import numpy as np
import tensorflow as tf
from frazo import ops
from frazo.proto import position_pb2


def rotations(positions: tf.Tensor, dim: int, message: position_pb2.RotaryPositions) -> tf.Tensor:
    """Returns the rotations of positions, for ops.rotate_pairs.

    Angle i is position / max_timescale^(2 i / dim) (Su et al. 2021, equation 34).

    Args:
      positions: int32 [...].
      dim: An even number.
      message: The message, with max_timescale.

    Returns:
      float32 [..., dim].
    """
    half = dim // 2
    frequencies = message.max_timescale ** -(np.arange(half) / half)
    angles = tf.cast(positions, tf.float32)[..., tf.newaxis] * frequencies.astype(np.float32)
    return tf.concat([tf.cos(angles), tf.sin(angles)], -1)


def rotate(x: tf.Tensor, positions: tf.Tensor, message: position_pb2.RotaryPositions) -> tf.Tensor:
    """Rotates each pair (x[i], x[i + dim / 2]) by position / max_timescale^(2 i / dim).

    The product of a rotated query and a rotated key depends only on the difference of their
    positions.

    Args:
      x: [..., dim] with an even dim.
      positions: int32. The shape broadcasts with that of x without the last dimension.
      message: The message, with max_timescale.

    Returns:
      [..., dim], of the type of x.
    """
    turned = ops.rotate_pairs(tf.cast(x, tf.float32), rotations(positions, x.shape[-1], message))
    return tf.cast(turned, x.dtype)
