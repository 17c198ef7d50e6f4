"""Batch normalization."""

import tensorflow as tf
from frazo.layers.layer import Layer, constant
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2
from frazo.registry import register


@register(norm_pb2.BatchNorm)
class BatchNorm(Layer):
    """scale (x - mean) / sqrt(variance + epsilon) + offset, per channel (the last dimension).

    Ioffe and Szegedy 2015, algorithm 1. In training mean and variance are the batch's (the variance
    with divisor n); in evaluation they are moving averages, which training updates:
    average = decay average + (1 - decay) batch.
    """

    def __init__(self, message: norm_pb2.BatchNorm, **place):
        super().__init__(message, **place)
        channels = self.require_dim()
        self.scale = self.add_variable("scale", (channels,), constant(1))
        self.offset = self.add_variable("offset", (channels,), constant(0))
        self.moving_mean = self.add_variable(
            "moving_mean", (channels,), constant(0), trainable=False
        )
        self.moving_variance = self.add_variable(
            "moving_variance", (channels,), constant(1), trainable=False
        )

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        if context.training:
            mean, variance = tf.nn.moments(x, axes=list(range(len(x.shape) - 1)))
            self._follow(self.moving_mean, mean, context)
            self._follow(self.moving_variance, variance, context)
        else:
            mean, variance = self.moving_mean, self.moving_variance
        return tf.nn.batch_normalization(
            x, mean, variance, self.offset, self.scale, self.message.epsilon
        )

    def _follow(self, average: tf.Variable, value: tf.Tensor, context: StepContext) -> None:
        decay = self.message.decay
        context.add_update(average, decay * average + (1 - decay) * tf.stop_gradient(value))
