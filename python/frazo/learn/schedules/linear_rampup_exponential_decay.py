"""Warm-up, plateau, exponential decay."""

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.learn.schedules.linear_rampup import rampup
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.LinearRampupExponentialDecay)
class LinearRampupExponentialDecay(Schedule):
    """`start` to 1 over warmup_steps, 1 to decay_start, exponential to `end` at decay_end."""

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        message = self.message
        # The subtraction is exact: it is done on integers.
        decayed = tf.cast(step - message.decay_start, tf.float64)
        share = tf.clip_by_value(decayed / (message.decay_end - message.decay_start), 0.0, 1.0)
        decay = tf.pow(tf.constant(message.end, tf.float64), share)
        # One factor is always 1, because the decay starts after the ramp.
        return tf.cast(rampup(step, message.start, message.warmup_steps) * decay, tf.float32)
