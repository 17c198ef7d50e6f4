"""Decay by the square root of the step."""

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.SqrtDecay)
class SqrtDecay(Schedule):
    """max(t, warmup_steps)^-0.5: Raffel et al. 2020, section 3.1.2."""

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        number = tf.cast(tf.maximum(step, self.message.warmup_steps), tf.float64)
        return tf.cast(tf.math.rsqrt(number), tf.float32)
