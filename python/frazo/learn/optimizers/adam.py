"""Adam."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.optimizers.moments import MomentOptimizer
from frazo.proto import optimizer_pb2
from frazo.registry import register


@register(optimizer_pb2.Adam)
class Adam(MomentOptimizer):
    """Kingma and Ba 2015, with epsilon outside the bias correction; see the message."""

    slot_name = "adam"

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        first, second = self.next_corrections()
        # The fused op would compute the correction in float32. With beta^t = 0 it computes none.
        rate = learning_rate * tf.cast(tf.sqrt(second) / first, tf.float32)
        epsilon = self.epsilon(second)
        for weight, m, v, gradient in zip(
            self.weights, self.first_moments, self.second_moments, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.variable.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=0.0,
                beta2_power=0.0,
                lr=weight.rate(rate),
                beta1=self.message.beta1,
                beta2=self.message.beta2,
                epsilon=epsilon,
                grad=gradient,
            )

    def epsilon(self, second_correction: tf.Tensor) -> tf.Tensor | float:
        """Returns the epsilon for sqrt(v) without correction. second_correction is 1 - beta2^t."""
        del second_correction
        return self.message.epsilon
