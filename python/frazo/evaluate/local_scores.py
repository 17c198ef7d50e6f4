"""Evaluates and decodes in the trainer's own process."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from frazo.evaluate.scored_set import ScoredSet
from frazo.evaluate.scored_sets import scored_sets
from frazo.experiment.job_list import Jobs
from frazo.experiment.model import InferenceModel
from frazo.program.console import Console
from frazo.proto import experiment_pb2
from frazo.run.run_state import RunState


class Headline(NamedTuple):
    """The most telling metric of a scored input.

    Attributes:
      metric: Its name.
      value: Its value.
      lost: What the input lost, such as "2 too long of 5 records"; empty if nothing.
    """

    metric: str
    value: float
    lost: str


class LocalScores:
    """Scores inputs with the present weights. It opens the inputs when it first needs them."""

    def __init__(
        self,
        jobs: Jobs,
        experiment: experiment_pb2.Experiment,
        logdir: Path,
        console: Console,
        run_state: RunState,
    ):
        self._jobs = jobs
        self._experiment = experiment
        self._logdir = logdir
        self._console = console
        self._run_state = run_state
        self._sets: list[ScoredSet] | None = None
        # Task.headline; empty until the first call of score().
        self.headline_metrics: Sequence[str] = ()

    def score(self, model: InferenceModel, step: int) -> None:
        """Scores each input that has no score of `step`, until a stop is requested."""
        self.headline_metrics = model.task.headline
        if self._sets is None:
            self._sets = scored_sets(self._jobs, self._experiment, self._logdir, self._console)
            for scored in self._sets:
                scored.prepare(model)
        for scored in self._sets:
            if not self._run_state.should_stop() and scored.wants(step):
                scored.score(step, lambda: self._run_state.should_stop() is not None)

    def headline(self, step: int) -> dict[str, Headline]:
        """Returns the most telling metric of each scored input at `step`.

        Args:
          step: A training step.

        Returns:
          The first of the task's headline metrics that the input has, by the input's label:
          {"eval_test": ("accuracy", 0.97, "")}. Inputs without one are absent.
        """
        found = {}
        for scored in self._sets or []:
            metrics = scored.metrics(step)
            values = ((name, metrics.get(name)) for name in self.headline_metrics)
            best = next(((name, value) for name, value in values if value is not None), None)
            if best is not None:
                found[scored.label] = Headline(*best, scored.lost(step))
        return found

    def close(self) -> None:
        for scored in self._sets or []:
            scored.close()
