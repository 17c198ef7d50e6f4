"""A constant factor between boundaries."""

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.Piecewise)
class Piecewise(Schedule):
    """values[i], where i is the number of boundaries <= step."""

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        boundaries = tf.constant(list(self.message.boundaries), tf.int64)
        passed = tf.math.count_nonzero(boundaries <= step)
        return tf.gather(tf.constant(list(self.message.values), tf.float32), passed)
