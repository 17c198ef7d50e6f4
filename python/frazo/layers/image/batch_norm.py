"""Batch normalization."""

import tensorflow as tf
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2
from frazo.registry import register


@register(norm_pb2.BatchNorm)
class BatchNorm(Layer):
    """scale (x - mean) / sqrt(variance + epsilon) + offset, per channel, the last dimension.

    Ioffe and Szegedy 2015, algorithm 1. In training the mean and the variance, with divisor n, are
    those of the batch. In evaluation they are moving averages, which training updates: average =
    decay average + (1 - decay) batch. All four variables are [channels].
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

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        wide = tf.cast(x, tf.float32)
        if context.training:
            mean, variance = tf.nn.moments(wide, axes=list(range(len(x.shape) - 1)))
            self._follow(self.moving_mean, mean, context)
            self._follow(self.moving_variance, variance, context)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        y = tf.nn.batch_normalization(
            wide, mean, variance, self.offset, self.scale, self.message.epsilon
        )
        return tf.cast(y, x.dtype)

    def _follow(self, average: tf.Variable, value: tf.Tensor, context: StepContext) -> None:
        decay = self.message.decay
        context.add_update(average, decay * average + (1 - decay) * tf.stop_gradient(value))
