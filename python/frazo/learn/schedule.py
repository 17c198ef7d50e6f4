"""The contract of a schedule."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.learn.score_follower import ScoreFollower


class Schedule:
    """The factor on the learning rate: a pure function of the step and of its variables.

    Attributes:
      variables_to_save: Its state; names are "learner/schedule/...".
      followers: What gives the state its values, from scores.
    """

    variables_to_save: Sequence[tf.Variable] = ()
    followers: Sequence[ScoreFollower] = ()

    def __init__(self, message: Any):
        self.message = message

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """Returns the factor.

        Arithmetic is in float64, because float32 cannot distinguish steps beyond 2^24.

        Args:
          step: int64 [], the number of steps done before this one.

        Returns:
          float32 [].
        """
        raise NotImplementedError(f"{type(self).__name__} does not define __call__(step)")
