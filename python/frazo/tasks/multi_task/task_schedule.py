"""The contract of a schedule of several tasks."""

import abc
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.layers.place import Place
from frazo.learn.score_follower import ScoreFollower
from frazo.tasks.multi_task.task_names import TaskNames


class TaskSchedule(tf.Module, abc.ABC):
    """Weights of the tasks: a pure function of the step and of the schedule's variables.

    Attributes:
      followers: What gives the variables their values, from scores.
    """

    followers: Sequence[ScoreFollower] = ()

    def __init__(self, message: Any, names: TaskNames, place: Place):
        """Keeps the message and the names.

        Args:
          message: The schedule's message.
          names: The names of the tasks.
          place: Where the variables of the schedule are.
        """
        super().__init__()
        self.message = message
        self.names = names
        self.place = place

    @abc.abstractmethod
    def weights(self, step: tf.Tensor) -> tf.Tensor:
        """Returns the weights, to which the probabilities of the tasks are in proportion.

        Args:
          step: int64 [], the number of steps done before this one.

        Returns:
          float64 [tasks], in the order of the tasks; none is negative, and one is positive.
        """


def draw_task(weights: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Draws a task with probabilities in proportion to weights.

    Args:
      weights: float64 [tasks].
      seed: int64 [2].

    Returns:
      The index of the task, int32 [].
    """
    bounds = tf.cumsum(weights)
    # Below the last bound, so that a task of weight 0 is never drawn.
    drawn = tf.random.stateless_uniform([], seed, dtype=tf.float64) * bounds[-1]
    return tf.math.count_nonzero(drawn >= bounds[:-1], dtype=tf.int32)
