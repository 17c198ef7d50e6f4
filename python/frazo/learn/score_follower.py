"""What training takes from the scores of evalers and decoders."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import tensorflow as tf
from frazo.config.metric_goals import is_minimized
from frazo.proto import followed_score_pb2

# The values of a score by step. NaN stands for one that was not finite.
ScoreSeries = Mapping[int, float]


class ScoreFollower(Protocol):
    """Follows scores, with a state that is in the checkpoint."""

    @property
    def followed(self) -> Sequence[followed_score_pb2.FollowedScore]:
        """The scores."""
        ...

    @property
    def variables_to_save(self) -> Sequence[tf.Variable]:
        """The state."""
        ...

    def take(self, series: Sequence[ScoreSeries]) -> None:
        """Takes the scores so far, those that it has taken before among them.

        Args:
          series: For each of the followed scores its values.
        """


def is_gain(score: followed_score_pb2.FollowedScore, value: float, best: float) -> bool:
    """Returns whether a value is a gain.

    Args:
      score: The score.
      value: The value. One that is not finite is no gain.
      best: The best value before; NaN if there was none.
    """
    if not math.isfinite(value) or math.isnan(best):
        return math.isfinite(value)
    difference = best - value if is_minimized(score) else value - best
    return difference > score.tolerance


class Best(NamedTuple):
    """The best value of a series.

    Attributes:
      step: Its step; the first of the series if no value is finite.
      value: The value; NaN if none is finite.
    """

    step: int
    value: float


def best_of(score: followed_score_pb2.FollowedScore, series: ScoreSeries) -> Best:
    """Returns the last gain of a series.

    Args:
      score: The score.
      series: Its values, at least one.
    """
    best = Best(min(series), math.nan)
    for step in sorted(series):
        if is_gain(score, series[step], best.value):
            best = Best(step, series[step])
    return best
