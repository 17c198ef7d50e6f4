"""Adam with steps proportional to the weights."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.optimizers.moments import MomentOptimizer
from frazo.learn.whole_values import norms
from frazo.proto import optimizer_pb2
from frazo.registry import register


@register(optimizer_pb2.Lamb)
class Lamb(MomentOptimizer):
    """You et al. 2020, algorithm 2, without a bound on the norm of the weights."""

    slot_name = "lamb"

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        message = self.message
        first, second = (tf.cast(value, tf.float32) for value in self.next_corrections())
        updates = []
        for weight, m, v, gradient in zip(
            self.weights, self.first_moments, self.second_moments, gradients, strict=True
        ):
            m.assign_add((1 - message.beta1) * (gradient - m))
            v.assign_add((1 - message.beta2) * (gradient * gradient - v))
            update = (m / first) / (tf.sqrt(v / second) + message.epsilon)
            if weight.decays:
                update += message.weight_decay * weight.variable
            updates.append(update)
        weight_norms = norms(self.weights, [weight.variable for weight in self.weights])
        update_norms = norms(self.weights, updates)
        for weight, update, weight_norm, update_norm in zip(
            self.weights, updates, weight_norms, update_norms, strict=True
        ):
            rate = weight.rate(learning_rate) * _trust_ratio(weight_norm, update_norm)
            weight.variable.assign_sub(rate * update)


def _trust_ratio(weight_norm: tf.Tensor, update_norm: tf.Tensor) -> tf.Tensor:
    """Returns |weight| / |update|, or 1 if one of them is 0, because a weight of zeros must be able
    to grow.
    """
    defined = tf.logical_and(weight_norm > 0, update_norm > 0)
    return tf.where(defined, tf.math.divide_no_nan(weight_norm, update_norm), 1.0)
