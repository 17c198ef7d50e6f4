"""Detects steps whose gradients are far larger than before."""

import tensorflow as tf
from frazo.proto import gradient_norm_tracker_pb2

# Chen et al. 2018 give neither value. Below the first, differences in norm mean nothing. The moving
# sums must have the second share of their final weight before they can judge.
_SMALLEST_NORM = 0.01
_SMALLEST_WEIGHT = 0.75
# The limit is this much above what the moments give. Norms that differ by rounding alone have no
# variance, and rounding can put their mean below each of them. A norm is a float32 sum whose last
# bits depend on the order of its terms. The margin is eight units of float32's precision, 8 * 2^-23,
# so it lets 1 + norm grow by a millionth.
_ROUNDING_MARGIN = 2.0**-20


class GradientNormTracker(tf.Module):
    """Moving moments of log(1 + norm), as gradient_norm_tracker.proto defines them."""

    def __init__(self, message: gradient_norm_tracker_pb2.GradientNormTracker):
        super().__init__()
        self._message = message
        self._sum = _number("log_sum")
        self._sum_of_squares = _number("log_sum_of_squares")
        self._weight = _number("weight")

    @property
    def variables_to_save(self) -> list[tf.Variable]:
        return [self._sum, self._sum_of_squares, self._weight]

    def accepts(self, norm: tf.Tensor) -> tf.Tensor:
        """Remembers the norm and returns whether the step is not an outlier.

        Args:
          norm: float32 [], global norm of the step's gradients.

        Returns:
          bool [].
        """
        log_norm = tf.math.log1p(tf.maximum(tf.cast(norm, tf.float64), _SMALLEST_NORM))
        limit = self._limit()
        keep = self._message.decay
        seen = tf.minimum(log_norm, limit)
        self._sum.assign(keep * self._sum + (1 - keep) * seen)
        self._sum_of_squares.assign(keep * self._sum_of_squares + (1 - keep) * tf.square(seen))
        self._weight.assign(keep * self._weight + (1 - keep))
        return log_norm <= limit

    def _limit(self) -> tf.Tensor:
        """Returns the largest accepted log(1 + norm). It is infinite until enough steps
        were seen.
        """
        weight = self._weight.read_value()
        mean = tf.math.divide_no_nan(self._sum, weight)
        mean_of_squares = tf.math.divide_no_nan(self._sum_of_squares, weight)
        # Rounding can make the variance of equal norms negative.
        deviation = tf.sqrt(tf.maximum(mean_of_squares - tf.square(mean), 0))
        limit = mean + self._message.deviations * deviation + _ROUNDING_MARGIN
        return tf.where(weight > _SMALLEST_WEIGHT, limit, tf.constant(float("inf"), tf.float64))


def _number(name: str) -> tf.Variable:
    """Creates a float64 variable, because the variance is a small difference of large numbers."""
    return tf.Variable(
        tf.zeros([], tf.float64), trainable=False, name=f"learner/gradient_norm_tracker/{name}"
    )
