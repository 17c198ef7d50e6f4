"""Gradient descent with momentum."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.optimizer import Optimizer
from frazo.learn.trained_weight import TrainedWeight
from frazo.proto import optimizer_pb2
from frazo.registry import register


@register(optimizer_pb2.Momentum)
class Momentum(Optimizer):
    """a = momentum a + g; w -= lr a, or with nesterov w -= lr (g + momentum a).

    Sutskever et al. 2013, section 2, in the form of Bengio et al. 2013, equation 7.
    """

    takes_pieces = True

    def __init__(self, message: optimizer_pb2.Momentum, *, weights: Sequence[TrainedWeight]):
        super().__init__(message, weights=weights)
        self.accumulators = self.add_slots("momentum")

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        for weight, accumulator, gradient in zip(
            self.weights, self.accumulators, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyMomentum(
                var=weight.variable.handle,
                accum=accumulator.handle,
                lr=weight.rate(learning_rate),
                grad=gradient,
                momentum=self.message.momentum,
                use_nesterov=self.message.nesterov,
            )
