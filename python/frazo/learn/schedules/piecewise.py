"""A constant factor between boundaries."""

import tensorflow as tf

from frazo.learn.schedule import Schedule
from frazo.proto import schedule_pb2
from frazo.registry import register


@register(schedule_pb2.Schedule.Piecewise)
class Piecewise(Schedule):
    """values[i], where i is the number of boundaries <= step."""

    def __init__(self, message: schedule_pb2.Schedule.Piecewise):
        super().__init__(message)
        boundaries, values = list(message.boundaries), list(message.values)
        if len(values) != len(boundaries) + 1:
            raise ValueError(
                f"learner.schedule.piecewise: {len(boundaries)} boundaries need "
                f"{len(boundaries) + 1} values, one before each and one after the last; "
                f"{len(values)} are given."
            )
        if any(a >= b for a, b in zip(boundaries, boundaries[1:], strict=False)):
            raise ValueError(
                f"learner.schedule.piecewise: boundaries {boundaries} must increase strictly."
            )

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        boundaries = tf.constant(list(self.message.boundaries), tf.int64)
        passed = tf.math.count_nonzero(boundaries <= step)
        return tf.gather(tf.constant(list(self.message.values), tf.float32), passed)
