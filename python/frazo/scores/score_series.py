"""A followed score as its evaler or decoder has recorded it so far."""

import math
from pathlib import Path

from frazo.config.suggestions import suggestion
from frazo.program.errors import JobError
from frazo.proto import followed_score_pb2
from frazo.scores.score_log import ScoreLog


class RecordedSeries:
    """The values of a followed score in the score log of its directory."""

    def __init__(self, score: followed_score_pb2.FollowedScore, logdir: Path):
        """Opens no file.

        Args:
          score: The score.
          logdir: The experiment's log directory.
        """
        self._metric = score.metric
        self.label = f"{'decode' if score.decoded else 'eval'}_{score.input.lower()}"
        self._log = ScoreLog(logdir / self.label)
        self._stamp: tuple[int, int] | None = None
        self._values: dict[int, float] = {}

    def up_to(self, step: int) -> dict[int, float]:
        """Returns the values by step, of this step and earlier ones.

        It reads the file only if it has changed. NaN stands for a value that was not finite. A line
        that was cut short counts as not written.

        Raises:
          JobError: There are scores, but none of them has the metric.
        """
        stamp = self._log.stamp()
        if stamp != self._stamp:
            self._values = self._read()
            self._stamp = stamp
        return {s: value for s, value in self._values.items() if s <= step}

    def _read(self) -> dict[int, float]:
        metrics = {step: record["metrics"] for step, record in self._log.read().items()}
        values = {
            step: math.nan if named[self._metric] is None else float(named[self._metric])
            for step, named in metrics.items()
            if self._metric in named
        }
        if metrics and not values:
            names = sorted(set().union(*metrics.values()))
            raise JobError(
                f'{self._log.path}: there is no metric "{self._metric}"; '
                f"{suggestion(self._metric, names, 'the metrics are')} Correct the metric that training "
                "follows (train.early_stop, learner.schedule or task)."
            )
        return values
