"""Halves the factor at equal intervals."""

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.ExponentialDecay)
class ExponentialDecay(Schedule):
    """1 until decay_start, then halved every half_life_steps, but never below `end`."""

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        # The subtraction is exact: it is done on integers.
        decayed = tf.cast(tf.maximum(step - self.message.decay_start, 0), tf.float64)
        factor = tf.pow(tf.constant(0.5, tf.float64), decayed / self.message.half_life_steps)
        return tf.cast(tf.maximum(factor, self.message.end), tf.float32)
