"""Evaluates a model on an input in one pass with fixed weights."""

import dataclasses
import math
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf
from frazo.input.input import Input
from frazo.layers.step_context import StepContext
from frazo.proto import eval_loop_pb2
from frazo.scores.weighted_means import WeightedMeans
from frazo.tasks.task import EvalOutput, Task

_IS_SHOWN = "is_shown"


@dataclasses.dataclass(frozen=True)
class EvalResult:
    """The results of a pass.

    Attributes:
      metrics: Weighted means by name.
      num_examples: Number of examples that they are of.
      shown: The first examples that the task marked as worth showing; each maps the names of
        EvalOutput.examples to values.
    """

    metrics: dict[str, float]
    num_examples: int
    shown: list[dict[str, Any]]


class Evaluation:
    """Evaluates a model on an input; each call of run() is a new pass."""

    def __init__(
        self, task: Task, seed: int, scored_input: Input, settings: eval_loop_pb2.EvalLoop
    ):
        """Prepares the graph.

        Args:
          task: The task that is evaluated.
          seed: The experiment's seed.
          scored_input: An input whose dataset is one pass; see build_one_pass_input.
          settings: The limits of a pass.
        """
        self._task = task
        self._seed = seed
        self._batches = scored_input.dataset()
        num_examples = scored_input.num_examples
        self._num_examples = math.inf if num_examples is None else num_examples
        if settings.HasField("max_examples"):
            self._num_examples = min(self._num_examples, settings.max_examples)
        self._max_shown = settings.max_shown_errors
        # The signature leaves sizes open, so that batches of every size share a graph.
        self._evaluate = tf.function(
            self._evaluate_batch, input_signature=[self._batches.element_spec], autograph=False
        )

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> EvalResult | None:
        """Evaluates with the present weights of the model; see Model.evaluation_weights.

        Args:
          should_stop: Asked before each batch.

        Returns:
          The results, or None if should_stop() was true. The pass ends after the batch that
          completes max_examples.
        """
        means = WeightedMeans()
        shown: list[dict[str, Any]] = []
        num_examples = 0
        for batch in self._batches:
            if should_stop():
                return None
            output, batch_examples = self._evaluate(batch)
            values = {name: (float(v), float(w)) for name, (v, w) in output.metrics.items()}
            means.add(
                {name: value * weight for name, (value, weight) in values.items()},
                {name: weight for name, (_, weight) in values.items()},
            )
            shown += _marked_rows(output.examples, self._max_shown - len(shown))
            num_examples += int(batch_examples)
            if num_examples >= self._num_examples:
                break
        return EvalResult(means.means(), num_examples, shown)

    def _evaluate_batch(self, batch: Mapping[str, tf.Tensor]) -> tuple[EvalOutput, tf.Tensor]:
        """Returns the task's output, and int64 [], the number of examples in the batch."""
        context = StepContext.for_evaluation(seed=self._seed)
        output = self._task.evaluate(batch, context)
        output = output._replace(metrics=output.metrics | context.metrics)
        return output, self._task.num_examples(batch)


def _marked_rows(examples: Mapping[str, tf.Tensor], limit: int) -> list[dict[str, Any]]:
    if limit <= 0 or _IS_SHOWN not in examples:
        return []
    marked = examples[_IS_SHOWN].numpy().nonzero()[0][:limit]
    columns = {name: tensor.numpy() for name, tensor in examples.items()}
    return [{name: column[row] for name, column in columns.items()} for row in marked]
