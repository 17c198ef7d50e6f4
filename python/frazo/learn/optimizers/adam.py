"""Adam."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.optimizer import Optimizer
from frazo.proto import optimizer_pb2
from frazo.registry import register


@register(optimizer_pb2.Adam)
class Adam(Optimizer):
    """Kingma and Ba 2015, with epsilon outside of the bias correction; see the message."""

    def __init__(self, message: optimizer_pb2.Adam, *, variables: Sequence[tf.Variable]):
        super().__init__(message, variables=variables)
        self.first_moments = self.add_slots("adam/m")
        self.second_moments = self.add_slots("adam/v")
        # Applied steps. Not the global step: that counts skipped steps too.
        self.applied_steps = tf.Variable(
            tf.constant(0, tf.int64), trainable=False, name="learner/adam/applied_steps"
        )
        self.slots.append(self.applied_steps)

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        message = self.message
        # The fused op would compute the correction in float32, where 1 - beta2^t loses digits for
        # small t. We do it in float64 and tell the op that beta^t = 0, that is: no correction.
        t = tf.cast(self.applied_steps.assign_add(1, read_value=True), tf.float64)
        correction = tf.sqrt(1 - message.beta2**t) / (1 - message.beta1**t)
        rate = learning_rate * tf.cast(correction, tf.float32)
        for weight, m, v, gradient in zip(
            self.weights, self.first_moments, self.second_moments, gradients, strict=True
        ):
            tf.raw_ops.ResourceApplyAdam(
                var=weight.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=0.0,
                beta2_power=0.0,
                lr=rate,
                beta1=message.beta1,
                beta2=message.beta2,
                epsilon=message.epsilon,
                grad=gradient,
            )
