"""Schedules whose weights are functions of the step."""

from typing import Any

import tensorflow as tf
from frazo.layers.place import Place
from frazo.proto import task_schedule_pb2
from frazo.registry import register
from frazo.tasks.multi_task.task_names import TaskNames
from frazo.tasks.multi_task.task_schedule import TaskSchedule


@register(task_schedule_pb2.TaskSchedule.Constant)
class Constant(TaskSchedule):
    """Fixed weights."""

    def __init__(self, message: Any, *, names: TaskNames, place: Place):
        super().__init__(message, names, place)
        names.positions(entry.task for entry in message.weights)
        weights = {entry.task: entry.weight for entry in message.weights}
        if not sum(weights.values()):
            raise ValueError("schedule: all weights are 0; give a task a positive one")
        self._weights = weights

    def weights(self, step: tf.Tensor) -> tf.Tensor:
        return self.names.vector(self._weights)


class _Changing(TaskSchedule):
    """Weights that go from `start` to `end` at a rate."""

    def __init__(self, message: Any, *, names: TaskNames, place: Place):
        super().__init__(message, names, place)
        names.positions(change.task for change in message.changes)
        self._start = {change.task: change.start for change in message.changes}
        self._end = {change.task: change.end for change in message.changes}
        if not sum(self._start.values()) or not sum(self._end.values()):
            raise ValueError(
                "schedule: all weights are 0 at the start or at the end; give a task a positive one"
            )

    def weights(self, step: tf.Tensor) -> tf.Tensor:
        decay = tf.exp(-self.message.rate * tf.cast(step, tf.float64))
        return self.between(self.names.vector(self._start), self.names.vector(self._end), decay)

    def between(self, start: tf.Tensor, end: tf.Tensor, decay: tf.Tensor) -> tf.Tensor:
        """Returns the weights.

        Args:
          start: float64 [tasks].
          end: float64 [tasks].
          decay: float64 [], exp(-rate t).
        """
        raise NotImplementedError(f"{type(self).__name__} does not define between")


@register(task_schedule_pb2.TaskSchedule.Exponential)
class Exponential(_Changing):
    """end + (start - end) exp(-rate t)."""

    def between(self, start: tf.Tensor, end: tf.Tensor, decay: tf.Tensor) -> tf.Tensor:
        return end + (start - end) * decay


@register(task_schedule_pb2.TaskSchedule.Sigmoid)
class Sigmoid(_Changing):
    """(end + (2 start - end) exp(-rate t)) / (1 + exp(-rate t))."""

    def between(self, start: tf.Tensor, end: tf.Tensor, decay: tf.Tensor) -> tf.Tensor:
        return (end + (2 * start - end) * decay) / (1 + decay)
