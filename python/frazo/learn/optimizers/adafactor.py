"""Adafactor."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.optimizer import Optimizer
from frazo.learn.optimizers.second_moments import (
    FactoredSecondMoment,
    WholeSecondMoment,
    factored_dims,
)
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.whole_values import full_shape, root_mean_squares
from frazo.proto import optimizer_pb2
from frazo.registry import register


@register(optimizer_pb2.Adafactor)
class Adafactor(Optimizer):
    """Shazeer and Stern 2018, algorithms 4 and 5, factored over the two largest dimensions."""

    def __init__(self, message: optimizer_pb2.Adafactor, *, weights: Sequence[TrainedWeight]):
        super().__init__(message, weights=weights)
        self._second_moments = [self._second_moment(weight) for weight in self.weights]
        self._averages = self.add_slots("adafactor/m") if message.beta1 else None
        self._applied_steps = self.add_update_counter("adafactor")

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        t = tf.cast(self._applied_steps.assign_add(1, read_value=True), tf.float64)
        # 0 at the first update, so that the averages start with its values.
        decay = tf.cast(1 - t**-self.message.decay_exponent, tf.float32)
        updates = [
            moment.normalize(gradient, decay)
            for moment, gradient in zip(self._second_moments, gradients, strict=True)
        ]
        sizes, scales = root_mean_squares(self.weights, updates), self._scales()
        for index, weight in enumerate(self.weights):
            update = updates[index]
            update /= tf.maximum(1.0, sizes[index] / self.message.max_update_rms)
            update *= weight.rate(learning_rate) * scales[index]
            if self._averages:
                average = self._averages[index]
                change = (1 - self.message.beta1) * (update - average)
                update = average.assign_add(change, read_value=True)
            weight.variable.assign_sub(update)

    def _scales(self) -> Sequence[tf.Tensor | float]:
        if not self.message.scale_by_weight_rms:
            return [1.0] * len(self.weights)
        sizes = root_mean_squares(self.weights, [weight.variable for weight in self.weights])
        return [tf.maximum(size, self.message.min_weight_rms) for size in sizes]

    def _second_moment(self, weight: TrainedWeight) -> WholeSecondMoment | FactoredSecondMoment:
        shape = weight.variable.shape.as_list()
        dims = factored_dims(full_shape(weight), self.message.min_factored_dim)
        if dims is None:
            return WholeSecondMoment(self.add_slot("adafactor/v", weight, tf.zeros(shape)))
        rows, columns = (
            self.add_slot(
                f"adafactor/{name}",
                weight,
                tf.zeros(shape[:left_out] + shape[left_out + 1 :]),
                without_dimension=left_out,
            )
            for name, left_out in zip(("rows", "columns"), dims, strict=True)
        )
        return FactoredSecondMoment(weight, dims, rows, columns)
