"""Warm-up, then half a cosine wave."""

import math

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.learn.schedules.linear_rampup import rampup
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.CosineDecay)
class CosineDecay(Schedule):
    """`start` to 1 over warmup_steps, cosine from 1 to `end` at decay_end, then `end`.

    Loshchilov and Hutter 2017, equation 5, without restarts.
    """

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        message = self.message
        decay_steps = message.decay_end - message.warmup_steps
        # The subtraction is exact: it is done on integers.
        decayed = tf.cast(step - message.warmup_steps, tf.float64)
        share = tf.clip_by_value(decayed / decay_steps, 0.0, 1.0)
        decay = message.end + (1 - message.end) * (1 + tf.cos(math.pi * share)) / 2
        # One factor is always 1, because the decay starts after the ramp.
        return tf.cast(rampup(step, message.start, message.warmup_steps) * decay, tf.float32)
