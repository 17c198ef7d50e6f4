"""Reports the progress of training: log lines, scalars for TensorBoard, the live line."""

import math
import time
from collections.abc import Callable
from pathlib import Path

from frazo.program.console import Console
from frazo.program.number_format import format_duration, format_metric, format_metrics
from frazo.program.progress_bar import progress_bar
from frazo.run.progress import Progress
from frazo.scores.lost_line import LostLine
from frazo.scores.score_records import ScoreRecords
from frazo.scores.weighted_means import WeightedMeans
from frazo.train.group_lost_records import GroupLostRecords
from frazo.train.inner_loop import LoopResult


class TrainReport:
    """Gathers the results of loops and reports them.

    A metric in a report is the mean over the steps since the previous report. learning_rate and
    grad_norm are those of the last step. steps/sec and examples/sec don't count the time spent in
    evaluation. What the input lost is a sum since the first start of the training. Asynchronous
    training also reports staleness, the mean number of steps by which the weights had changed since
    a gradient was begun, max_staleness, the greatest one, and stale_gradients, how many were
    dropped because they exceeded the bound.
    """

    def __init__(
        self,
        train_directory: Path | None,
        max_steps: int,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
        lost: GroupLostRecords | None = None,
        progress: Progress | None = None,
    ):
        """Opens the records.

        Args:
          train_directory: The directory of the event file and the score log; None for a worker that
            reports nothing, because another one has the same results.
          max_steps: The last step of the training.
          console: For log lines and the live line.
          clock: Seconds from any start.
          lost: What the inputs of all workers lost so far. Default: nothing.
          progress: Is told the step, the rate and the loss after each loop. Default: nobody is.
        """
        self._progress = progress or Progress()
        self._console = console
        self._max_steps = max_steps
        self._clock = clock
        self._lost = lost or GroupLostRecords()
        self._lost_line = LostLine("train", console)
        self._records = ScoreRecords(train_directory, console) if train_directory else None
        self._last_line = ""
        self._begin_interval()

    def begin(self, step: int) -> None:
        """Begins the first report, and records a restart if `step`, the steps done, is not 0."""
        if step and self._records:
            self._records.add_restart(step)
        self._begin_interval()

    def leave_out(self, seconds: float) -> None:
        """Subtracts time that was not spent in training from the time of the present report."""
        self._left_out_seconds += seconds

    def add(self, result: LoopResult, steps: int, step: int) -> None:
        """Adds the result of a loop.

        Args:
          result: The result.
          steps: Number of steps in the loop.
          step: Number of steps done in all.
        """
        self._means.add(result.totals, result.weights)
        self._steps += steps
        self._examples += result.examples
        self._nonfinite += result.nonfinite
        self._scalars = result.scalars or self._scalars
        if result.max_staleness is not None:
            self._max_staleness = max(self._max_staleness or 0, result.max_staleness)
        self._stale += result.stale
        weight = result.weights["loss"]
        self._progress.step = step
        self._progress.steps_per_second = self._steps / max(self._seconds(), 1e-9)
        if weight or result.nonfinite:
            self._progress.loss = result.totals["loss"] / weight if weight else math.nan
        self._console.live(self._live_line(step))

    def gather(self) -> None:
        """Learns what the next report tells of other workers. All call this at the same step."""
        self._lost.gather()

    def report(self, step: int) -> None:
        """Logs and records the results since the previous report."""
        if self._records is None:
            self._begin_interval()
            return
        seconds = max(self._seconds(), 1e-9)
        rates = {"steps/sec": self._steps / seconds, "examples/sec": self._examples / seconds}
        metrics = {**self._means.means(), **self._scalars}
        if self._max_staleness is not None:
            metrics["max_staleness"] = float(self._max_staleness)
            metrics["stale_gradients"] = float(self._stale)
        if self._nonfinite:
            metrics["nonfinite_steps"] = float(self._nonfinite)
            self._console.warning(
                f"train: {self._nonfinite} of the last {self._steps} steps were not finite and were skipped"
            )
        lost = self._lost.total()
        self._last_line = (
            f"train: step: {step}, steps/sec: {rates['steps/sec']:.2f}, "
            f"examples/sec: {rates['examples/sec']:.1f}, {format_metrics(metrics)}"
            f"{self._lost_line.part(lost)}"
        )
        self._console.log(self._last_line)
        self._records.add(step, metrics, only_events=rates, lost=lost)
        self._begin_interval()

    def close(self) -> None:
        """Replaces the live line by the last report, and closes the records."""
        self._console.end_live()
        if self._console.is_terminal and self._last_line:
            self._console.line(self._last_line)
        if self._records:
            self._records.close()

    def _begin_interval(self) -> None:
        self._began = self._clock()
        self._left_out_seconds = 0.0
        self._means = WeightedMeans()
        self._steps = self._examples = self._nonfinite = self._stale = 0
        self._max_staleness: int | None = None
        self._scalars: dict[str, float] = {}

    def _seconds(self) -> float:
        return self._clock() - self._began - self._left_out_seconds

    def _live_line(self, step: int) -> str:
        progress = self._progress
        bar = progress_bar(step, self._max_steps)
        loss = "not finite" if math.isnan(progress.loss) else format_metric(progress.loss)
        left = format_duration((self._max_steps - step) / progress.steps_per_second)
        return (
            f"{bar} {step}/{self._max_steps}  {progress.steps_per_second:.1f} steps/s  "
            f"loss {loss}  ETA {left}"
        )
