"""Warm-up, plateau, exponential decay."""

import tensorflow as tf

from frazo.learn.schedule import Schedule
from frazo.learn.schedules.linear_rampup import rampup
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.LinearRampupExponentialDecay)
class LinearRampupExponentialDecay(Schedule):
    """`start` to 1 over warmup_steps, 1 to decay_start, exponential to `end` at decay_end."""

    def __init__(self, message: schedule_pb2.Schedule.LinearRampupExponentialDecay):
        super().__init__(message)
        name = "learner.schedule.linear_rampup_exponential_decay"
        if message.decay_start < message.warmup_steps:
            raise ValueError(
                f"{name}.decay_start: {message.decay_start} must be >= warmup_steps, which is "
                f"{message.warmup_steps}."
            )
        if message.decay_end <= message.decay_start:
            raise ValueError(
                f"{name}.decay_end: {message.decay_end} must be > decay_start, which is "
                f"{message.decay_start}."
            )

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        message = self.message
        # The subtraction is exact: it is done on integers.
        decayed = tf.cast(step - message.decay_start, tf.float64)
        share = tf.clip_by_value(decayed / (message.decay_end - message.decay_start), 0.0, 1.0)
        decay = tf.pow(tf.constant(message.end, tf.float64), share)
        # One factor is always 1, because the decay starts after the ramp.
        return tf.cast(rampup(step, message.start, message.warmup_steps) * decay, tf.float32)
