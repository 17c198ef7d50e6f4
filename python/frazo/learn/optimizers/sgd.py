"""Stochastic gradient descent."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.optimizer import Optimizer
from frazo.proto import optimizer_pb2
from frazo.registry import register


@register(optimizer_pb2.Sgd)
class Sgd(Optimizer):
    """w -= learning_rate * gradient."""

    takes_pieces = True

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        for weight, gradient in zip(self.weights, gradients, strict=True):
            tf.raw_ops.ResourceApplyGradientDescent(
                var=weight.variable.handle, alpha=weight.rate(learning_rate), delta=gradient
            )
