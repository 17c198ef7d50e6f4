"""The second moment of a gradient, whole or factored."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.whole_values import whole_mean

# Prevents a division by zero for a gradient of zeros.
_EPSILON = 1e-30


def factored_dims(shape: Sequence[int], min_dim: int) -> tuple[int, int] | None:
    """Returns the axes of the largest and the second largest dimension.

    Of equal dimensions the lower axis comes first. None if there are fewer than two dimensions or
    the second is below min_dim.
    """
    if len(shape) < 2:
        return None
    largest, second = sorted(range(len(shape)), key=lambda axis: -shape[axis])[:2]
    return (largest, second) if shape[second] >= min_dim else None


class WholeSecondMoment:
    """v = decay v + (1 - decay) (g^2 + 1e-30)."""

    def __init__(self, average: tf.Variable):
        """Uses `average`, of the gradient's shape, as v."""
        self._average = average

    def normalize(self, gradient: tf.Tensor, decay: tf.Tensor) -> tf.Tensor:
        """Updates the average with the gradient and returns g / sqrt(v)."""
        average = _updated(self._average, tf.square(gradient) + _EPSILON, decay)
        return gradient * tf.math.rsqrt(average)


class FactoredSecondMoment:
    """Shazeer and Stern 2018, algorithm 4: averages r, c over the `largest` and the `second` axis.

    v is then r c / mean(r), whose means over either axis are r and c.
    """

    def __init__(
        self,
        weight: TrainedWeight,
        dims: tuple[int, int],
        rows: tf.Variable,
        columns: tf.Variable,
    ):
        """Uses the given variables as r and c.

        Args:
          weight: The weight that the gradient is for.
          dims: The axes of the largest and the second largest dimension.
          rows: Of the gradient's shape without its largest dimension.
          columns: Of the gradient's shape without its second largest dimension.
        """
        self._weight = weight
        self._largest, self._second = dims
        self._rows = rows
        self._columns = columns

    def normalize(self, gradient: tf.Tensor, decay: tf.Tensor) -> tf.Tensor:
        """Updates the averages with the gradient and returns g / sqrt(v)."""
        square = tf.square(gradient) + _EPSILON
        rows = _updated(self._rows, self._mean(square, self._largest), decay)
        columns = _updated(self._columns, self._mean(square, self._second), decay)
        rows = tf.expand_dims(rows, self._largest)
        columns = tf.expand_dims(columns, self._second)
        mean = whole_mean(self._weight, rows, self._second)
        return gradient * tf.math.rsqrt(rows / mean) * tf.math.rsqrt(columns)

    def _mean(self, values: tf.Tensor, dimension: int) -> tf.Tensor:
        return tf.squeeze(whole_mean(self._weight, values, dimension), dimension)


def _updated(average: tf.Variable, value: tf.Tensor, decay: tf.Tensor) -> tf.Tensor:
    return average.assign(decay * average + (1 - decay) * value, read_value=True)
