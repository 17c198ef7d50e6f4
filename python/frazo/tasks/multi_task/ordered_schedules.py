"""Schedules in which one task, or one schedule, follows another."""

import itertools
from collections.abc import Iterable
from typing import Any

import tensorflow as tf
from frazo.layers.place import Place
from frazo.proto import task_schedule_pb2
from frazo.registry import build, register
from frazo.tasks.multi_task.task_names import TaskNames
from frazo.tasks.multi_task.task_schedule import TaskSchedule


@register(task_schedule_pb2.TaskSchedule.RoundRobin)
class RoundRobin(TaskSchedule):
    """One task after the other, a step each."""

    def __init__(self, message: Any, *, names: TaskNames, place: Place):
        super().__init__(message, names, place)

    def weights(self, step: tf.Tensor) -> tf.Tensor:
        return tf.one_hot(step % len(self.names), len(self.names), dtype=tf.float64)


@register(task_schedule_pb2.TaskSchedule.Sequential)
class Sequential(TaskSchedule):
    """One task after the other, each for some steps; the last one stays."""

    def __init__(self, message: Any, *, names: TaskNames, place: Place):
        super().__init__(message, names, place)
        self._positions = [names.position(phase.task) for phase in message.phases]
        self._starts = _starts(message.phases)

    def weights(self, step: tf.Tensor) -> tf.Tensor:
        position = tf.gather(self._positions, _current(self._starts, step))
        return tf.one_hot(position, len(self.names), dtype=tf.float64)


@register(task_schedule_pb2.TaskSchedule.Piecewise)
class Piecewise(TaskSchedule):
    """One schedule after the other, each for some steps, with its own step from 0."""

    def __init__(self, message: Any, *, names: TaskNames, place: Place):
        super().__init__(message, names, place)
        self._schedules: list[TaskSchedule] = [
            build(piece.schedule, names=names, place=place.at(f"piece_{index}"))
            for index, piece in enumerate(message.pieces)
        ]
        self._starts = _starts(message.pieces)
        self.followers = [
            follower for schedule in self._schedules for follower in schedule.followers
        ]

    def weights(self, step: tf.Tensor) -> tf.Tensor:
        current = _current(self._starts, step)
        # Each is cheap, and a weight of a step before the schedule's start is not used.
        all_weights = [
            schedule.weights(tf.maximum(step - start, 0))
            for schedule, start in zip(self._schedules, self._starts, strict=True)
        ]
        return tf.gather(tf.stack(all_weights), current)


def _starts(phases: Iterable[Any]) -> list[int]:
    """Returns the step at which each phase begins.

    Raises:
      ValueError: A phase but the last one has no steps.
    """
    *before, _ = phases
    for index, phase in enumerate(before):
        if not phase.HasField("steps"):
            raise ValueError(
                f"schedule: part {index} has no steps, so that part {index + 1} would never begin; set steps"
            )
    return list(itertools.accumulate((phase.steps for phase in before), initial=0))


def _current(starts: list[int], step: tf.Tensor) -> tf.Tensor:
    """Returns the index of the phase of a step, int64 []."""
    return tf.math.count_nonzero(tf.constant(starts, tf.int64) <= step) - 1
