"""The boxes that a detector's outputs are relative to."""

import itertools

import numpy as np
import tensorflow as tf
from frazo.proto import anchors_pb2


def anchor_boxes(message: anchors_pb2.Anchors) -> np.ndarray:
    """Returns the anchors of a centre at the origin, float32 [anchors, 7].

    A box is x, y, z of its middle, length, width, height in metres, and heading in radians. The
    message says in which order the anchors are.
    """
    offsets = itertools.product(message.x_offsets, message.y_offsets, message.z_offsets)
    sizes = [(size.length, size.width, size.height) for size in message.sizes]
    boxes = [
        (*offset, *size, rotation)
        for offset, rotation, size in itertools.product(offsets, message.rotations, sizes)
    ]
    return np.array(boxes, np.float32)


def num_offsets(message: anchors_pb2.Anchors) -> int:
    """Returns the number of places that a centre has anchors at."""
    return len(message.x_offsets) * len(message.y_offsets) * len(message.z_offsets)


def at_centers(anchors: np.ndarray, centers: tf.Tensor) -> tf.Tensor:
    """Returns the anchors of each centre, float32 [batch, centres, anchors, 7].

    Args:
      anchors: float32 [anchors, 7], those of a centre at the origin.
      centers: float32 [batch, centres, 3].
    """
    places = centers[:, :, tf.newaxis] + anchors[:, :3]
    shapes = tf.broadcast_to(anchors[:, 3:], tf.concat([tf.shape(places)[:3], [4]], 0))
    return tf.concat([places, shapes], -1)
