"""One evaluated input of an experiment: its directory, its scores and what is said about them."""

from collections.abc import Callable, Mapping
from pathlib import Path

from frazo.jobs.console import Console
from frazo.jobs.evaluation import Evaluation
from frazo.jobs.experiment_parts import build_one_pass_input
from frazo.jobs.model import Model
from frazo.jobs.number_format import format_metrics
from frazo.jobs.score_records import ScoreRecords
from frazo.proto import experiment_pb2


class EvaluatedSet:
    """Evaluates one input at checkpoints and keeps the scores in <logdir>/eval_<name>."""

    def __init__(
        self, name: str, experiment: experiment_pb2.Experiment, logdir: Path, console: Console
    ):
        """name: of the input, as in the experiment ("Test"). The input is read here, not earlier."""
        self.name = name
        self.label = f"eval_{name.lower()}"
        self.source = build_one_pass_input(experiment, name)
        self._settings = experiment.eval
        self._console = console
        self._records = ScoreRecords(logdir / self.label, console)
        self._evaluation: Evaluation | None = None
        self._scores = {step: record["metrics"] for step, record in self._records.read().items()}

    @property
    def scores(self) -> Mapping[int, Mapping[str, float | None]]:
        """Metrics by step, those of earlier processes included."""
        return self._scores

    def wants(self, step: int) -> bool:
        return step >= self._settings.start_step and step not in self._scores

    def evaluate(self, model: Model, step: int, should_stop: Callable[[], bool]) -> None:
        """Evaluates the model's weights, which are those of `step`; says and records the scores."""
        if self._evaluation is None:
            self._evaluation = Evaluation(model, self.source, self._settings)
        with model.evaluation_weights():
            result = self._evaluation.run(should_stop)
        if result is None:
            return
        self._console.line(f"{self.label}: step: {step}, {format_metrics(result.metrics)}")
        self._records.add(step, result.metrics, summaries=model.task.example_page(result.errors))
        self._scores[step] = result.metrics

    def close(self) -> None:
        self._records.close()
