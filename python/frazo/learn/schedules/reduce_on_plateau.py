"""A factor that falls when a score gains nothing."""

import math
from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.schedule import Schedule
from frazo.learn.score_follower import ScoreSeries, is_gain
from frazo.proto import followed_score_pb2, schedule_pb2
from frazo.registry import build, register


@register(schedule_pb2.Schedule.ReduceOnPlateau)
class ReduceOnPlateau(Schedule):
    """`decay` times as much after each window_steps without a gain, at least `end`.

    The factor is a state: what it was computed from, is in the checkpoint with it.
    """

    def __init__(self, message: schedule_pb2.Schedule.ReduceOnPlateau):
        super().__init__(message)
        has_more = message.HasField("times")
        self._times: Schedule | None = build(message.times) if has_more else None
        self._factor = _state("factor", tf.constant(1.0))
        self._best = _state("best", tf.constant(math.nan, tf.float64))
        # The step of the best value or, if that is later, of the last score at which the factor
        # fell.
        self._reference = _state("reference_step", tf.constant(-1, tf.int64))
        self._last = _state("last_step", tf.constant(-1, tf.int64))
        inner = self._times
        self.variables_to_save = [self._factor, self._best, self._reference, self._last]
        self.variables_to_save += inner.variables_to_save if inner else []
        self.followers = [self, *(inner.followers if inner else [])]

    @property
    def followed(self) -> Sequence[followed_score_pb2.FollowedScore]:
        return [self.message.score]

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        factor = self._factor.read_value()
        return factor if self._times is None else factor * self._times(step)

    def take(self, series: Sequence[ScoreSeries]) -> None:
        """Takes the scores so far; see ScoreFollower."""
        message = self.message
        factor, best = float(self._factor), float(self._best)
        reference, last = int(self._reference), int(self._last)
        for step, value in sorted(series[0].items()):
            if step <= last:
                continue
            last = step
            if is_gain(message.score, value, best):
                best, reference = value, step
            elif reference < 0:
                reference = step
            elif step - reference > message.window_steps:
                factor, reference = max(factor * message.decay, message.end), step
        self._factor.assign(factor)
        self._best.assign(best)
        self._reference.assign(reference)
        self._last.assign(last)


def _state(name: str, initial: tf.Tensor) -> tf.Variable:
    return tf.Variable(initial, trainable=False, name=f"learner/schedule/{name}")
