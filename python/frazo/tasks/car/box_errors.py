"""How far predicted boxes are from true ones."""

import math

import tensorflow as tf
from frazo.tasks.car.box_residuals import HEADING, LOCATION, SIZE, wrapped
from frazo.tasks.task import WeightedMetrics


def box_errors(predicted: tf.Tensor, true: tf.Tensor, counts: tf.Tensor) -> WeightedMetrics:
    """Returns means over the boxes that count.

    They are error/center_distance in metres, and predicted minus true: error/length, error/width,
    error/height in metres, error/rotation_deg in degrees in [-180, 180).

    Args:
      predicted: float32 [..., 7].
      true: float32 [..., 7].
      counts: bool [...].
    """
    weight = tf.math.count_nonzero(counts, dtype=tf.float32)
    difference = predicted - true
    length, width, height = tf.unstack(difference[..., SIZE], axis=-1)
    errors = {
        "center_distance": tf.norm(difference[..., LOCATION], axis=-1),
        "length": length,
        "width": width,
        "height": height,
        "rotation_deg": wrapped(difference[..., HEADING]) * (180 / math.pi),
    }

    def mean(values: tf.Tensor) -> tf.Tensor:
        return tf.math.divide_no_nan(tf.reduce_sum(tf.where(counts, values, 0)), weight)

    return {f"error/{name}": (mean(values), weight) for name, values in errors.items()}
