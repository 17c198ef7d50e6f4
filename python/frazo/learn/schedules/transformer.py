"""The schedule of the Transformer."""

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.Transformer)
class Transformer(Schedule):
    """model_dim^-0.5 min((t + 1) warmup_steps^-1.5, (t + 1)^-0.5): Vaswani et al. 2017, equation 3.

    The paper counts steps from 1.
    """

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        number = tf.cast(step + 1, tf.float64)
        rampup = number * self.message.warmup_steps**-1.5
        factor = self.message.model_dim**-0.5 * tf.minimum(rampup, tf.math.rsqrt(number))
        return tf.cast(factor, tf.float32)
