"""The constant schedule."""

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.Constant)
class Constant(Schedule):
    """1 at every step."""

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        return tf.constant(1.0)
