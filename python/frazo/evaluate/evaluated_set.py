"""Evaluates one input of an experiment and keeps its scores."""

from collections.abc import Callable
from pathlib import Path

from frazo.evaluate.evaluation import Evaluation
from frazo.evaluate.scored_set import ScoredSet
from frazo.experiment.model import InferenceModel
from frazo.experiment.parts import named_errors
from frazo.program.console import Console
from frazo.proto import experiment_pb2


class EvaluatedSet(ScoredSet):
    """Evaluates one input at checkpoints and keeps the scores in <logdir>/eval_<name>."""

    def __init__(
        self, name: str, experiment: experiment_pb2.Experiment, logdir: Path, console: Console
    ):
        super().__init__(f"eval_{name.lower()}", name, experiment, logdir, console)
        self._settings = experiment.eval

    def prepare(self, model: InferenceModel) -> None:
        self._model = model
        with named_errors(f"inputs.{self._name}"):
            self._task = model.task.for_input(self._name)
        self._evaluation = Evaluation(self._task, model.seed, self.scored_input, self._settings)

    def wants(self, step: int) -> bool:
        return step >= self._settings.start_step and step not in self.records

    def score(self, step: int, should_stop: Callable[[], bool]) -> None:
        with self._model.evaluation_weights():
            result = self._evaluation.run(should_stop)
        if result is None:
            return
        if not result.num_examples:
            raise self._no_example("evaluate")
        self._keep(step, result.metrics, summaries=self._task.example_page(result.shown))
