"""Scores checkpoints on one input of an experiment."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import build_one_pass_input
from frazo.input.lost_records import LostRecords
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.program.number_format import format_metrics
from frazo.proto import experiment_pb2
from frazo.scores.lost_line import LostLine
from frazo.scores.score_records import ScoreRecords


class ScoredSet:
    """Scores checkpoints on one input and keeps the scores in <logdir>/<label>.

    Subclasses define how an input is scored.

    Attributes:
      label: The name of the directory, which log lines begin with.
      scored_input: The input, whose dataset is one pass.
      directory: <logdir>/<label>.
      console: For log lines.
      records: The records of the score log by step, including those of earlier processes.
    """

    def __init__(
        self,
        label: str,
        name: str,
        experiment: experiment_pb2.Experiment,
        logdir: Path,
        console: Console,
    ):
        """Opens the input and reads the score log.

        Args:
          label: The name of the directory, such as "eval_test".
          name: The name of the input in the experiment, such as "Test".
          experiment: The experiment.
          logdir: Its log directory.
          console: For log lines.

        Raises:
          JobError: The files of the input cannot be used.
        """
        self.label = label
        self._name = name
        self.scored_input = build_one_pass_input(experiment, name)
        self.directory = logdir / label
        self.console = console
        self._lost_line = LostLine(label, console)
        self._score_records = ScoreRecords(self.directory, console)
        self.records: dict[int, dict[str, Any]] = self._score_records.read()

    def metrics(self, step: int) -> Mapping[str, float | None]:
        """Returns the metrics of a step by name; empty if the step has no score."""
        return self.records.get(step, {}).get("metrics", {})

    def lost(self, step: int) -> str:
        """Returns what the input lost in the pass of a step: "2 too long of 5 records", or ""."""
        lost = self.records.get(step, {}).get("lost")
        return str(LostRecords.from_json(lost)) if lost else ""

    def prepare(self, model: InferenceModel) -> None:
        """Takes the model that is scored. Call this once, before the methods below.

        Raises:
          JobError: The model does not suit the input.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define prepare")

    def wants(self, step: int) -> bool:
        """Tells whether `step` has no score that was made with the present settings."""
        raise NotImplementedError(f"{type(self).__name__} does not define wants")

    def score(self, step: int, should_stop: Callable[[], bool]) -> None:
        """Scores the model's weights; prints and records the scores.

        Args:
          step: The training step of the weights.
          should_stop: Asked before each batch. If it returns true, the method returns without a
            score.
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
        """Logs the scores of a step, with what the input lost, and records them; see
        ScoreRecords.add.
        """
        lost = self.scored_input.lost_records()
        self.console.line(
            f"{self.label}: step: {step}, {format_metrics(metrics)}{self._lost_line.part(lost)}"
        )
        self._score_records.add(step, metrics, summaries=summaries, details=details, lost=lost)
        self.records[step] = {"metrics": metrics, **(details or {})}
        if lost:
            self.records[step]["lost"] = lost.as_json()

    def _no_example(self, verb: str) -> JobError:
        """Returns the error of a pass without a single example, of which there are no metrics."""
        lost = self.scored_input.lost_records()
        why = f"lost: {lost}" if lost else "its files have no records"
        return JobError(
            f"inputs.{self._name}: there is no example to {verb}: {why}. Correct the files, or the input's "
            "filters and the bounds of its batcher."
        )
