"""Runs training steps in one call of a graph."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf
from frazo.experiment.model import Model
from frazo.experiment.parts import named_errors
from frazo.layers.step_context import StepContext
from frazo.tasks.multi_task.multi_task import MultiTask
from frazo.tasks.task import Task
from frazo.train.reduction import Reduction


class _StepSums(NamedTuple):
    """The sums over steps: float32 scalars.

    A skipped step counts only in `nonfinite` and `examples`.
    """

    totals: dict[str, tf.Tensor]
    weights: dict[str, tf.Tensor]
    nonfinite: tf.Tensor
    examples: tf.Tensor


_Step = tuple[_StepSums, dict[str, tf.Tensor]]


class InputEnded(Exception):
    """The iterator has no further batch. The steps on the batches before it are done.

    The text names the input.
    """

    def __init__(self, which: str = "inputs.Train: the input"):
        super().__init__(which)


@dataclasses.dataclass(frozen=True)
class LoopResult:
    """The results of some steps.

    Attributes:
      totals: By metric, the sum of weight * mean over the steps.
      weights: By metric, the sum of the weights over the steps.
      scalars: The learner's scalars of the last step.
      nonfinite: Number of skipped steps.
      examples: Number of examples read, as the task counts them; those of skipped steps count.
    """

    totals: dict[str, float]
    weights: dict[str, float]
    scalars: dict[str, float]
    nonfinite: int
    examples: int


class InnerLoop:
    """Trains a model on batches from an iterator.

    The random numbers of step t are a function of (model.seed, t), so the division of the steps
    into loops does not change the results.

    Attributes:
      model: The model that is trained.
    """

    def __init__(
        self,
        model: Model,
        iterator: tf.data.Iterator | Mapping[str, tf.data.Iterator],
        max_nonfinite_steps: int,
        reduction: Reduction | None = None,
        replica: int = 0,
    ):
        """Builds the graph of a step.

        Args:
          model: The model that is trained.
          iterator: Gives a batch for each step. If the model has several tasks: an iterator for
            each, by its name.
          max_nonfinite_steps: A loop ends early after this many skipped steps in a row.
          reduction: Joins the gradients of several processes. Default: there is one process.
          replica: The number of this process among them: each draws random numbers of its own.

        Raises:
          JobError: The task cannot be trained on the batches.
        """
        self.model = model
        self._iterator = iterator
        self._max_nonfinite_steps = max_nonfinite_steps
        self._reduction = reduction or Reduction()
        self._replica = replica
        with named_errors("task"):
            self._step = tf.function(self._train_step, autograph=False).get_concrete_function()
        self._loop = tf.function(self._run_steps, autograph=False).get_concrete_function(
            tf.TensorSpec([], tf.int64)
        )

    def run(self, num_steps: int) -> LoopResult:
        """Runs `num_steps` steps, or fewer if max_nonfinite_steps in a row were skipped.

        Raises:
          InputEnded: There was a batch for fewer steps. These are done; model.global_step counts
            them.
        """
        try:
            sums, scalars = self._loop(tf.constant(num_steps, tf.int64))
        except tf.errors.OutOfRangeError as error:
            task = self.model.task
            if isinstance(task, MultiTask):
                names = ", ".join(task.parts)
                raise InputEnded(f"inputs: that of one of the tasks {names}") from error
            raise InputEnded from error
        return LoopResult(
            totals={name: float(total) for name, total in sums.totals.items()},
            weights={name: float(weight) for name, weight in sums.weights.items()},
            scalars={name: float(value) for name, value in scalars.items()},
            nonfinite=int(sums.nonfinite),
            examples=int(sums.examples),
        )

    def step_graph(self) -> tf.compat.v1.GraphDef:
        """Returns the graph of one step."""
        return self._step.graph.as_graph_def(add_shapes=True)

    def _train_step(self) -> _Step:
        task = self.model.task
        if not isinstance(task, MultiTask):
            return self._step_on(task, self._iterator)
        step = self.model.global_step.read_value()
        context = StepContext.for_training(seed=self.model.seed, global_step=step)
        steps = [
            functools.partial(self._step_on, part, self._iterator[name], name)
            for name, part in task.parts.items()
        ]
        return _one_of(task.pick(context, step), list(task.parts), steps)

    def _step_on(self, task: Task, iterator: tf.data.Iterator, part: str = "") -> _Step:
        """Trains a task, which is a part of the model or the whole of it, on a batch."""
        model = self.model
        batch = next(iterator)
        # What writes follows this read: without a batch nothing of the step may be done.
        with tf.control_dependencies(tf.nest.flatten(batch)):
            step = model.global_step.read_value()
        context = StepContext.for_training(seed=model.seed, global_step=step, replica=self._replica)
        with model.learner.noisy_weights(context, step):
            with tf.GradientTape() as tape:
                loss, metrics = task.loss(batch, context)
                mean = loss.mean
            gradients = tape.gradient(mean, model.learner.weights_of(part))
        own_loss = loss
        loss, gradients = self._reduction.reduce(loss, gradients)
        context.updates = self._joined_updates(context.updates)
        scalars = model.learner.step(loss, gradients, context, step, part)
        model.global_step.assign_add(1)
        totals = {name: mean * weight for name, (mean, weight) in metrics.items()}
        weights = {name: weight for name, (_, weight) in metrics.items()}
        totals["loss"], weights["loss"] = own_loss
        nonfinite = scalars.pop("nonfinite")

        def unless_skipped(sums: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            return {name: tf.where(nonfinite > 0, 0.0, value) for name, value in sums.items()}

        sums = _StepSums(
            totals=unless_skipped(totals),
            weights=unless_skipped(weights),
            nonfinite=nonfinite,
            examples=tf.cast(task.num_examples(batch), tf.float32),
        )
        return sums, scalars

    def _run_steps(self, num_steps: tf.Tensor) -> _Step:
        nothing = tf.nest.map_structure(lambda _: tf.zeros([]), self._step.structured_outputs)

        def goes_on(done: tf.Tensor, *_) -> tf.Tensor:
            in_a_row = self.model.learner.nonfinite_in_a_row
            return tf.logical_and(done < num_steps, in_a_row < self._max_nonfinite_steps)

        def step(done: tf.Tensor, sums: _StepSums, _) -> tuple:
            step_sums, scalars = self._step()
            return done + 1, tf.nest.map_structure(tf.add, sums, step_sums), scalars

        _, sums, scalars = tf.while_loop(
            goes_on, step, (tf.constant(0, tf.int64), *nothing), parallel_iterations=1
        )
        return self._joined_sums(sums), scalars

    def _joined_updates(
        self, updates: Sequence[tuple[tf.Variable, tf.Tensor]]
    ) -> list[tuple[tf.Variable, tf.Tensor]]:
        """Returns what all processes assign: the means of what each would, of its own batch."""
        values = self._reduction.mean([value for _, value in updates])
        return [(variable, value) for (variable, _), value in zip(updates, values, strict=True)]

    def _joined_sums(self, sums: _StepSums) -> _StepSums:
        """Returns the sums over the processes. Each of them skips the same steps."""
        own = tf.nest.flatten([sums.totals, sums.weights, sums.examples])
        joined = self._reduction.sum(own)
        totals, weights, examples = tf.nest.pack_sequence_as(
            [sums.totals, sums.weights, sums.examples], joined
        )
        return _StepSums(totals, weights, sums.nonfinite, examples)


def _one_of(index: tf.Tensor, names: Sequence[str], steps: Sequence[Callable[[], _Step]]) -> _Step:
    """Runs the step of one of several tasks.

    Args:
      index: int32 [], which of them.
      names: The names of the tasks.
      steps: Makes the step of each task.

    Returns:
      The sums of the step: the loss, the metrics of the task as "NAME/METRIC", the share of its
      steps as "NAME/share", and zeros for the other tasks.
    """
    graphs = [tf.function(step, autograph=False).get_concrete_function() for step in steps]
    keys = [
        f"{name}/{metric}"
        for name, graph in zip(names, graphs, strict=True)
        for metric in graph.structured_outputs[0].totals
    ]

    def run(own: str, graph: Callable[[], _Step]) -> _Step:
        sums, scalars = graph()

        def of_all(values: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            named = {f"{own}/{metric}": value for metric, value in values.items()}
            return {"loss": values["loss"]} | {key: named.get(key, tf.zeros([])) for key in keys}

        shares = {f"{name}/share": tf.constant(float(name == own)) for name in names}
        weights = of_all(sums.weights) | {share: tf.ones([]) for share in shares}
        return sums._replace(totals=of_all(sums.totals) | shares, weights=weights), scalars

    branches = [functools.partial(run, *pair) for pair in zip(names, graphs, strict=True)]
    return tf.switch_case(index, branches)
