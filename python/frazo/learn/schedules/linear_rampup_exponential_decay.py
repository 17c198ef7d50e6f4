"""Warm-up, plateau, exponential decay."""

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.learn.schedules.linear_rampup import rampup
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.LinearRampupExponentialDecay)
class LinearRampupExponentialDecay(Schedule):
    """A linear ramp to n replicas, a plateau, and an exponential decay.

    The factor grows from `start` to n over n warmup_steps, stays n until n t = decay_start, and
    decays to `end` at n t = decay_end. Chen et al. 2018, equation 1.
    """

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        message = self.message
        replicas = message.replicas
        # The subtraction is exact: it is done on integers.
        decayed = tf.cast(replicas * step - message.decay_start, tf.float64)
        share = tf.clip_by_value(decayed / (message.decay_end - message.decay_start), 0.0, 1.0)
        decay = tf.pow(tf.constant(message.end / replicas, tf.float64), share)
        ramp = rampup(step, message.start, replicas * message.warmup_steps, end=replicas)
        # The decay starts at 1 after the end of the ramp.
        return tf.cast(ramp * decay, tf.float32)
