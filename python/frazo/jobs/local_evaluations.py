"""Evaluation in the trainer's own process."""

from collections.abc import Sequence
from pathlib import Path

from frazo.jobs.console import Console
from frazo.jobs.evaluated_set import EvaluatedSet
from frazo.jobs.model import Model
from frazo.jobs.stop_request import StopRequest
from frazo.proto import experiment_pb2


class LocalEvaluations:
    """Evaluates some inputs with the weights as they stand. The inputs are read when first needed."""

    def __init__(
        self,
        names: Sequence[str],
        experiment: experiment_pb2.Experiment,
        logdir: Path,
        console: Console,
        stop: StopRequest,
    ):
        self._names = names
        self._experiment = experiment
        self._logdir = logdir
        self._console = console
        self._stop = stop
        self._sets: list[EvaluatedSet] | None = None

    def evaluate(self, model: Model, step: int) -> None:
        """Evaluates each input that has no score of `step`, until a stop is requested."""
        if self._sets is None:
            self._sets = [
                EvaluatedSet(name, self._experiment, self._logdir, self._console)
                for name in self._names
            ]
        for evaluated in self._sets:
            if evaluated.wants(step) and not self._stop:
                evaluated.evaluate(model, step, lambda: bool(self._stop))

    def accuracies(self, step: int) -> dict[str, float]:
        """The accuracy at `step` by label ("eval_test"), of those that have one."""
        return {
            evaluated.label: evaluated.scores[step]["accuracy"]
            for evaluated in self._sets or []
            if evaluated.scores.get(step, {}).get("accuracy") is not None
        }

    def close(self) -> None:
        for evaluated in self._sets or []:
            evaluated.close()
