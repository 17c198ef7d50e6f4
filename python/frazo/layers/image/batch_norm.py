"""Batch normalization."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2
from frazo.registry import register


class Moments(NamedTuple):
    """Statistics of the positions of a batch that count.

    Attributes:
      mean: float32 [channels].
      variance: float32 [channels], with divisor count.
      count: float32 [], the number of these positions.
    """

    mean: tf.Tensor
    variance: tf.Tensor
    count: tf.Tensor


@register(norm_pb2.BatchNorm)
class BatchNorm(Layer):
    """scale (x - mean) / sqrt(variance + epsilon) + offset, per channel, the last dimension.

    Ioffe and Szegedy 2015, algorithm 1. In training the mean and the variance, with divisor n, are
    those of the batch. In evaluation they are moving averages, which training updates: average =
    decay average + (1 - decay) batch. All four variables are [channels].

    With a mask, the statistics are those of the positions that it selects, such as the frames of
    utterances without padding. The output is zero elsewhere. If it selects none, the moving
    averages stay as they are.
    """

    def __init__(self, message: norm_pb2.BatchNorm, place: Place):
        super().__init__(message, place)
        channels = self.require_dim()

        def variable(name: str, first: float, trainable: bool) -> tf.Variable:
            axes, init = ("channels",), constant(first)
            return place.variable(name, (channels,), axes=axes, init=init, trainable=trainable)

        self.scale = variable("scale", 1, trainable=True)
        self.offset = variable("offset", 0, trainable=True)
        self.moving_mean = variable("moving_mean", 0, trainable=False)
        self.moving_variance = variable("moving_variance", 1, trainable=False)

    def __call__(
        self, x: tf.Tensor, context: StepContext, mask: tf.Tensor | None = None
    ) -> tf.Tensor:
        """Normalizes x.

        Args:
          x: [..., channels].
          context: The context of the step.
          mask: bool [...], True at positions that count. Default: all do.

        Returns:
          [..., channels].
        """
        wide = tf.cast(x, tf.float32)
        selected = None
        if mask is not None:
            selected = mask[..., tf.newaxis]
            # Whatever is elsewhere, NaN too, must not reach the gradients.
            wide = tf.where(selected, wide, 0)
        if context.training:
            mean, variance = self._statistics(wide, selected, context)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        y = tf.nn.batch_normalization(
            wide, mean, variance, self.offset, self.scale, self.message.epsilon
        )
        return tf.cast(y if selected is None else tf.where(selected, y, 0), x.dtype)

    def affine(
        self, moments: Callable[[], Moments], context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the factor and the shift of the normalization: the output is factor x + shift.

        It is for layers that know the statistics of their batch and need no normalized x, because
        they can put the factor into their kernel.

        Args:
          moments: Returns the statistics of the batch. Evaluation does not call it.
          context: The context of the step.

        Returns:
          float32 [channels] each.
        """
        mean, variance = self.moving_mean, self.moving_variance
        if context.training:
            mean, variance, count = moments()
            self._follow(self.moving_mean, mean, count, context)
            self._follow(self.moving_variance, variance, count, context)
        factor = self.scale * tf.math.rsqrt(variance + self.message.epsilon)
        return factor, self.offset - mean * factor

    def _statistics(
        self, x: tf.Tensor, selected: tf.Tensor | None, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the mean and the variance of the batch, and lets the averages follow them.

        Args:
          x: float32 [..., channels], zero where nothing is selected.
          selected: bool [..., 1], or None for everything.
          context: The context of the step.
        """
        axes = list(range(len(x.shape) - 1))
        if selected is None:
            mean, variance = tf.nn.moments(x, axes)
            count = None
        else:
            count = tf.reduce_sum(tf.cast(selected, tf.float32))
            mean = tf.math.divide_no_nan(tf.reduce_sum(x, axes), count)
            squares = tf.reduce_sum(tf.where(selected, tf.square(x - mean), 0), axes)
            variance = tf.math.divide_no_nan(squares, count)
        self._follow(self.moving_mean, mean, count, context)
        self._follow(self.moving_variance, variance, count, context)
        return mean, variance

    def _follow(
        self,
        average: tf.Variable,
        value: tf.Tensor,
        count: tf.Tensor | None,
        context: StepContext,
    ) -> None:
        """Updates a moving average. `count` is the number of positions, None if it is not 0."""
        decay = self.message.decay
        value = tf.stop_gradient(value)
        if count is not None:
            value = tf.where(count > 0, value, average)
        context.add_update(average, decay * average + (1 - decay) * value)
