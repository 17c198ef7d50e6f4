"""Warm-up."""

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.LinearRampup)
class LinearRampup(Schedule):
    """From `start` at step 0 to 1 at warmup_steps, then 1."""

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        factor = rampup(step, self.message.start, self.message.warmup_steps)
        return tf.cast(factor, tf.float32)


def rampup(step: tf.Tensor, start: float, warmup_steps: int, *, end: float = 1) -> tf.Tensor:
    """Returns a float64 scalar, linear from `start` to `end` over warmup_steps, which may be 0."""
    if not warmup_steps:
        return tf.constant(end, tf.float64)
    share = tf.minimum(tf.cast(step, tf.float64) / warmup_steps, 1.0)
    return start + (end - start) * share
