"""One input of an experiment that checkpoints are scored on: its directory and its scores."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from frazo.experiment.model import Model
from frazo.experiment.parts import build_one_pass_input
from frazo.program.console import Console
from frazo.proto import experiment_pb2
from frazo.scores.score_records import ScoreRecords


class ScoredSet:
    """Scores checkpoints on one input and keeps the scores in <logdir>/<label>.

    Subclasses say how. records: of the scores, also of earlier processes, by step.
    """

    def __init__(
        self,
        label: str,
        name: str,
        experiment: experiment_pb2.Experiment,
        logdir: Path,
        console: Console,
    ):
        """name: of the input, as in the experiment ("Test"). The input is read here, not earlier."""
        self.label = label
        self.source = build_one_pass_input(experiment, name)
        self.directory = logdir / label
        self.console = console
        self._score_records = ScoreRecords(self.directory, console)
        self.records: dict[int, dict[str, Any]] = self._score_records.read()

    def metrics(self, step: int) -> Mapping[str, float | None]:
        """Those of a step, without any if it has no score."""
        return self.records.get(step, {}).get("metrics", {})

    def prepare(self, model: Model) -> None:
        """Takes the model that is scored: to be called once, before the methods below. JobError: it
        does not suit the input.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define prepare")

    def wants(self, step: int) -> bool:
        """Whether `step` has no score as it would be made now."""
        raise NotImplementedError(f"{type(self).__name__} does not define wants")

    def score(self, step: int, should_stop: Callable[[], bool]) -> None:
        """Scores the model's weights, which are those of `step`; says and records the scores, unless
        should_stop().
        """
        raise NotImplementedError(f"{type(self).__name__} does not define score")

    def close(self) -> None:
        self._score_records.close()

    def _keep(
        self,
        step: int,
        metrics: Mapping[str, float],
        summaries: Sequence[tf.compat.v1.Summary.Value] = (),
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Records the scores of a step, as ScoreRecords.add does."""
        self._score_records.add(step, metrics, summaries=summaries, details=details)
        self.records[step] = {"metrics": metrics, **(details or {})}
