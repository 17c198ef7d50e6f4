"""A schedule that prefers the task whose score is further from what is expected."""

import math
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.config.metric_goals import is_minimized
from frazo.layers.layer import constant
from frazo.layers.place import Place
from frazo.learn.score_follower import ScoreSeries
from frazo.proto import followed_score_pb2, task_schedule_pb2
from frazo.registry import register
from frazo.tasks.multi_task.task_names import TaskNames
from frazo.tasks.multi_task.task_schedule import TaskSchedule

_Message = task_schedule_pb2.TaskSchedule.Adaptive


@register(task_schedule_pb2.TaskSchedule.Adaptive)
class Adaptive(TaskSchedule):
    """The weights are functions of r, the shares of what is expected that the scores have reached.

    r is a variable: it is in the checkpoint.
    """

    def __init__(self, message: Any, *, names: TaskNames, place: Place):
        super().__init__(message, names, place)
        self._positions = names.positions(entry.task for entry in message.expectations)
        self._reached = place.variable(
            "reached",
            (len(message.expectations),),
            axes=("tasks",),
            init=constant(0),
            trainable=False,
        )
        self.followers = [self]
        self.variables_to_save = [self._reached]

    @property
    def followed(self) -> Sequence[followed_score_pb2.FollowedScore]:
        return [expectation.score for expectation in self.message.expectations]

    def take(self, series: Sequence[ScoreSeries]) -> None:
        """Takes the newest finite value of each score; see ScoreFollower."""
        reached = self._reached.numpy().tolist()
        for index, (expectation, values) in enumerate(
            zip(self.message.expectations, series, strict=True)
        ):
            finite = [values[step] for step in sorted(values) if math.isfinite(values[step])]
            if finite:
                reached[index] = share_reached(expectation, finite[-1])
        self._reached.assign(reached)

    def weights(self, step: tf.Tensor) -> tf.Tensor:
        message = self.message
        power = tf.cast(self._reached, tf.float64) ** message.exponent
        if message.form == _Message.SIMPLE:
            weights = 1 + message.epsilon - power
        else:
            weights = 1 / (power + message.epsilon)
        indices = [[position] for position in self._positions]
        return tf.scatter_nd(indices, weights, [len(self.names)])


def share_reached(expectation: task_schedule_pb2.TaskSchedule.Expectation, value: float) -> float:
    """Returns r for the value of a score, in [0, 1]."""
    if is_minimized(expectation.score):
        share = expectation.expected / value if value > 0 else 1.0
    else:
        share = value / expectation.expected
    return min(1.0, max(0.0, share))
