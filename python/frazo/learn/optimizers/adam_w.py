"""Adam with decoupled weight decay."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.optimizers.adam import Adam
from frazo.proto import optimizer_pb2
from frazo.registry import register


@register(optimizer_pb2.AdamW)
class AdamW(Adam):
    """Loshchilov and Hutter 2019, algorithm 2, with epsilon inside the bias correction."""

    slot_name = "adam_w"

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        # Adam's update does not depend on the weight, so the decay can come first.
        for weight in self.weights:
            if weight.decays:
                decay = weight.rate(learning_rate) * self.message.weight_decay
                weight.variable.assign_sub(decay * weight.variable)
        super().apply(gradients, learning_rate)

    def epsilon(self, second_correction: tf.Tensor) -> tf.Tensor:
        # sqrt(v / c) + epsilon = (sqrt(v) + epsilon sqrt(c)) / sqrt(c).
        return self.message.epsilon * tf.cast(tf.sqrt(second_correction), tf.float32)
