"""Boxes from residuals, which say how they differ from anchors."""

import math

import tensorflow as tf

# Where the parts of residuals and boxes are.
LOCATION, SIZE, HEADING = slice(0, 3), slice(3, 6), 6


def boxes_of_residuals(residuals: tf.Tensor, anchors: tf.Tensor) -> tf.Tensor:
    """Returns boxes, float32 [..., 7], with headings in [-pi, pi).

    The residuals of x and y are in diagonals of the anchor's ground plan, that of z in its heights;
    those of length, width and height are logarithms of ratios; that of the heading is in radians
    (Yan et al. 2018, "SECOND", section 3.1.3).

    Args:
      residuals: float32 [..., 7].
      anchors: float32 [..., 7].
    """
    diagonal = tf.norm(anchors[..., 3:5], axis=-1, keepdims=True)
    scale = tf.concat([diagonal, diagonal, anchors[..., 5:6]], -1)
    location = anchors[..., LOCATION] + residuals[..., LOCATION] * scale
    size = anchors[..., SIZE] * tf.exp(residuals[..., SIZE])
    heading = wrapped(anchors[..., HEADING] + residuals[..., HEADING])
    return tf.concat([location, size, heading[..., tf.newaxis]], -1)


def facing(residuals: tf.Tensor, reversals: tf.Tensor) -> tf.Tensor:
    """Returns residuals whose headings have the direction that a model says.

    Args:
      residuals: float32 [..., 7], whose headings may be the other way round.
      reversals: float32 [...], the logits of boxes that are the other way round than their anchors.
    """
    # The same axis, within a quarter turn of the anchor's heading.
    axis = tf.math.floormod(residuals[..., HEADING] + math.pi / 2, math.pi) - math.pi / 2
    heading = axis + tf.where(reversals > 0, math.pi, 0.0)
    return tf.concat([residuals[..., :HEADING], heading[..., tf.newaxis]], -1)


def is_reversed(residuals: tf.Tensor) -> tf.Tensor:
    """Returns bool [...]: the box is the other way round than its anchor."""
    return tf.abs(wrapped(residuals[..., HEADING])) > math.pi / 2


def wrapped(angle: tf.Tensor) -> tf.Tensor:
    """Returns the same angle in [-pi, pi)."""
    return tf.math.floormod(angle + math.pi, 2 * math.pi) - math.pi
