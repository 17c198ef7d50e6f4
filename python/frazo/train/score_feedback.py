"""Gives scores of evalers and decoders to what follows them in training."""

from collections.abc import Sequence
from pathlib import Path

import tensorflow as tf
from frazo.learn.score_follower import ScoreFollower, best_of
from frazo.program.console import Console
from frazo.program.number_format import format_metric
from frazo.proto import early_stop_pb2
from frazo.scores.score_series import RecordedSeries

# A score of a checkpoint may come as late as the next one; its absence at the one after that is
# worth a word.
_PATIENCE_CHECKPOINTS = 2


class ScoreFeedback:
    """Reads the score logs of a log directory, which an evaler in any process writes.

    What it gives is a function of the scores and of the step, so that an interrupted training goes
    on in the same way.
    """

    def __init__(
        self,
        followers: Sequence[ScoreFollower],
        early_stop: early_stop_pb2.EarlyStop | None,
        logdir: Path,
        console: Console,
    ):
        """Reads no file.

        Args:
          followers: What follows scores.
          early_stop: When to end the training early; None: never.
          logdir: The experiment's log directory.
          console: For warnings.
        """
        self._followers = [
            (follower, [RecordedSeries(score, logdir) for score in follower.followed])
            for follower in followers
        ]
        self._early_stop = early_stop
        self._stopping = None if early_stop is None else RecordedSeries(early_stop.score, logdir)
        self._console = console
        self._checkpoints = 0
        self._reason: str | None = None

    @property
    def variables(self) -> list[tf.Variable]:
        """What depends on the scores that were read."""
        return [v for follower, _ in self._followers for v in follower.variables_to_save]

    def before_checkpoint(self, step: int) -> None:
        """Gives the followers the scores of earlier steps.

        Call it before the snapshot of the checkpoint is taken, which thus holds what came of them.

        Args:
          step: The number of steps done.
        """
        for follower, series in self._followers:
            follower.take([one.up_to(step - 1) for one in series])
        self._checkpoints += 1
        if self._checkpoints == _PATIENCE_CHECKPOINTS:
            self._warn_of_missing(step)

    def early_stop(self, step: int) -> str | None:
        """Returns why the training ends early, or None. Once there is a reason, it stays.

        Args:
          step: The number of steps done. Scores of later steps, from before an interruption, do not
            count.
        """
        settings, recorded = self._early_stop, self._stopping
        if settings is None or recorded is None or self._reason is not None:
            return self._reason
        series = recorded.up_to(step)
        if not series:
            return None
        best, last = best_of(settings.score, series), max(series)
        window = settings.window_steps
        if last < settings.min_steps or last - best.step <= window:
            return None
        self._reason = (
            f"{recorded.label} {settings.score.metric} {format_metric(best.value)} of step "
            f"{best.step} was not bettered up to step {last} (train.early_stop.window_steps: {window})"
        )
        return self._reason

    def _warn_of_missing(self, step: int) -> None:
        all_series = [one for _, series in self._followers for one in series]
        if self._stopping is not None:
            all_series.append(self._stopping)
        missing = {one.label for one in all_series if not one.up_to(step)}
        for label in sorted(missing):
            job = label.replace("eval_", "evaler_", 1).replace("decode_", "decoder_", 1)
            self._console.warning(
                f"train: training follows the scores of {label}, and there are none up to step {step}. Does "
                f"--job={job} run, with the same --logdir?"
            )
