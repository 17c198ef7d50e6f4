"""The graph of one training step."""

import contextlib
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf
from frazo.experiment.model import Model
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.tasks.multi_task.multi_task import MultiTask
from frazo.tasks.task import BATCH_COUNT_PREFIX, Task, WeightedMetrics
from frazo.train.reduction import Gradient, Reduction

# The scalar of asynchronous training that is 1 if the gradient was dropped.
STALE = "stale"

# The metric that tells what layers add to the loss of the task, which is reported without it.
AUXILIARY_LOSS = "auxiliary_loss"

Iterators = tf.data.Iterator | Mapping[str, tf.data.Iterator]


class StepSums(NamedTuple):
    """The sums over steps: float32 scalars.

    A skipped step counts only in `nonfinite` and `examples`.
    """

    totals: dict[str, tf.Tensor]
    weights: dict[str, tf.Tensor]
    nonfinite: tf.Tensor
    examples: tf.Tensor


# The sums of a step, and the learner's scalars.
Step = tuple[StepSums, dict[str, tf.Tensor]]


class Computed(NamedTuple):
    """What comes of a batch before the learner gets it.

    Attributes:
      own_loss: The loss of this process's batch.
      metrics: By name the means over this batch and their weights, float32 [].
      loss: The loss of the batches of all processes.
      gradients: Those of its mean, in the order of the weights.
    """

    own_loss: Loss
    metrics: WeightedMetrics
    loss: Loss
    gradients: Sequence[Gradient]


class TrainStep:
    """Trains a model on one batch.

    Attributes:
      model: The model that is trained.
    """

    def __init__(self, model: Model, reduction: Reduction | None = None):
        """Builds nothing.

        Args:
          model: The model that is trained.
          reduction: Joins the gradients of several processes. Default: there is one process.
        """
        self.model = model
        self._reduction = reduction or Reduction()

    def __call__(self, iterator: Iterators, replica: int | tf.Tensor) -> Step:
        """Adds a step to the present graph.

        Args:
          iterator: Gives the batch. If the model has several tasks: an iterator for each, by its
            name.
          replica: The number of this process, int or int64 []: each draws random numbers of its
            own.
        """
        task = self.model.task
        if not isinstance(task, MultiTask):
            return self._step_on(task, iterator, replica)
        step = self.model.global_step.read_value()
        context = StepContext.for_training(seed=self.model.seed, global_step=step)
        steps = [
            functools.partial(self._step_on, part, iterator[name], replica, name)
            for name, part in task.parts.items()
        ]
        return _one_of(task.pick(context, step), list(task.parts), steps)

    def _step_on(
        self, task: Task, iterator: tf.data.Iterator, replica: int | tf.Tensor, part: str = ""
    ) -> Step:
        """Trains a task, which is a part of the model or the whole of it, on a batch."""
        model = self.model
        batch = next(iterator)
        # What writes follows this read: without a batch nothing of the step may be done.
        with tf.control_dependencies(tf.nest.flatten(batch)):
            step = model.global_step.read_value()
        context = StepContext.for_training(seed=model.seed, global_step=step, replica=replica)
        with model.learner.noisy_weights(context, step):
            weights = model.learner.weights_of(part)
            own_loss, metrics, loss, gradients = self._compute(task, batch, context, step, weights)
        context.updates = self._joined_updates(context.updates)
        scalars = self._learn(loss, gradients, context, step, part)
        totals = {name: mean * weight for name, (mean, weight) in metrics.items()}
        weights = {name: self._weight(name, weight) for name, (_, weight) in metrics.items()}
        totals["loss"], weights["loss"] = own_loss
        nonfinite = scalars.pop("nonfinite")
        is_skipped = nonfinite > 0
        if STALE in scalars:
            is_skipped = tf.logical_or(is_skipped, scalars[STALE] > 0)

        def unless_skipped(sums: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            return {name: tf.where(is_skipped, 0.0, value) for name, value in sums.items()}

        sums = StepSums(
            totals=unless_skipped(totals),
            weights=unless_skipped(weights),
            nonfinite=nonfinite,
            examples=tf.cast(task.num_examples(batch), tf.float32),
        )
        return sums, scalars

    def _compute(
        self,
        task: Task,
        batch: Mapping[str, tf.Tensor],
        context: StepContext,
        step: tf.Tensor,
        weights: Sequence[tf.Variable],
    ) -> Computed:
        """Computes the loss of a batch and its gradients.

        Args:
          task: The task.
          batch: The batch of this process.
          context: Gets the updates.
          step: int64 [], the number of steps done.
          weights: What the gradients are wanted of.
        """
        with tf.GradientTape() as tape, self._weights_of(step):
            loss, metrics = task.loss(batch, context)
            target = self._reduction.target(with_auxiliary(loss, context))
        gradients = tape.gradient(target, weights)
        metrics = metrics | context.metrics
        if context.auxiliary_losses:
            metrics[AUXILIARY_LOSS] = context.auxiliary_loss(), loss.weight
        return Computed(loss, metrics, *self._reduction.reduce(loss, gradients, weights))

    def _weight(self, name: str, weight: tf.Tensor) -> tf.Tensor:
        """Returns the weight of a metric. The batch of a step is that of all processes, so what is
        counted in a batch is added over them.
        """
        is_shared = self._reduction.num_processes > 1 and name.startswith(BATCH_COUNT_PREFIX)
        return weight / self._reduction.num_processes if is_shared else weight

    def _weights_of(self, step: tf.Tensor) -> contextlib.AbstractContextManager[None]:
        """Within it the loss of a step is computed."""
        del step
        return contextlib.nullcontext()

    def _learn(
        self,
        loss: Loss,
        gradients: Sequence[Gradient],
        context: StepContext,
        step: tf.Tensor,
        part: str,
    ) -> dict[str, tf.Tensor]:
        """Gives the gradients to the learner, and counts the step. Returns what Learner.step does.

        Args:
          loss: The loss.
          gradients: Its gradients, in the order of the weights of `part`.
          context: Has further updates.
          step: int64 [], the number of steps done when this one was begun.
          part: The part of the model that is trained.
        """
        scalars = self.model.learner.step(loss, gradients, context, step, part)
        self.model.global_step.assign_add(1)
        return scalars

    def _joined_updates(
        self, updates: Sequence[tuple[tf.Variable, tf.Tensor]]
    ) -> list[tuple[tf.Variable, tf.Tensor]]:
        """Returns what all processes assign: the means of what each would, of its own batch."""
        values = self._reduction.mean([value for _, value in updates])
        return [(variable, value) for (variable, _), value in zip(updates, values, strict=True)]


def with_auxiliary(loss: Loss, context: StepContext) -> Loss:
    """Returns the loss whose mean is that of `loss` and what layers add to it."""
    if not context.auxiliary_losses:
        return loss
    return Loss(loss.total + context.auxiliary_loss() * loss.weight, loss.weight)


def _one_of(index: tf.Tensor, names: Sequence[str], steps: Sequence[Callable[[], Step]]) -> Step:
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

    def run(own: str, graph: Callable[[], Step]) -> Step:
        sums, scalars = graph()

        def of_all(values: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
            named = {f"{own}/{metric}": value for metric, value in values.items()}
            return {"loss": values["loss"]} | {key: named.get(key, tf.zeros([])) for key in keys}

        shares = {f"{name}/share": tf.constant(float(name == own)) for name in names}
        weights = of_all(sums.weights) | {share: tf.ones([]) for share in shares}
        return sums._replace(totals=of_all(sums.totals) | shares, weights=weights), scalars

    branches = [functools.partial(run, *pair) for pair in zip(names, graphs, strict=True)]
    return tf.switch_case(index, branches)
