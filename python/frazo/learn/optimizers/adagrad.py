"""Adagrad."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.optimizer import Optimizer
from frazo.learn.row_gradients import Gradient
from frazo.learn.trained_weight import TrainedWeight
from frazo.proto import optimizer_pb2
from frazo.registry import register


@register(optimizer_pb2.Adagrad)
class Adagrad(Optimizer):
    """Duchi et al. 2011, section 1.1, with diagonal matrices: a += g^2; w -= lr g / sqrt(a).

    Where g is 0, nothing changes: of a table it touches only the rows that the gradient lists.
    """

    takes_rows = True
    takes_pieces = True

    def __init__(self, message: optimizer_pb2.Adagrad, *, weights: Sequence[TrainedWeight]):
        super().__init__(message, weights=weights)
        self._accumulators = [
            self.add_slot(
                "adagrad", weight, tf.fill(weight.variable.shape, message.initial_accumulator)
            )
            for weight in self.weights
        ]

    def apply(self, gradients: Sequence[Gradient], learning_rate: tf.Tensor) -> None:
        for weight, accumulator, gradient in zip(
            self.weights, self._accumulators, gradients, strict=True
        ):
            arguments = {
                "var": weight.variable.handle,
                "accum": accumulator.handle,
                "lr": weight.rate(learning_rate),
            }
            if isinstance(gradient, tf.IndexedSlices):
                tf.raw_ops.ResourceSparseApplyAdagrad(
                    grad=gradient.values, indices=gradient.indices, **arguments
                )
            else:
                tf.raw_ops.ResourceApplyAdagrad(grad=gradient, **arguments)
