"""The graph of one training step of a stage of a pipeline."""

from collections.abc import Mapping, Sequence

import tensorflow as tf
from frazo.experiment.model import Model
from frazo.layers.declaration import find_declaration
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.shard.pipeline_schedule import Direction
from frazo.tasks.task import BATCH_COUNT_PREFIX, Task, WeightedMetrics
from frazo.train.mesh_reduction import MeshReduction
from frazo.train.pipelined_part import PipelinedPart
from frazo.train.reduction import Gradient, Reduction
from frazo.train.train_step import AUXILIARY_LOSS, Computed, TrainStep

_LOSS = "loss"


def step_of(model: Model, reduction: Reduction) -> TrainStep:
    """Returns the step of a model: that of a stage if its layers are dealt out to stages.

    Args:
      model: The model that is trained.
      reduction: Joins the gradients of several processes.
    """
    if isinstance(reduction, MeshReduction) and reduction.mesh.pipeline is not None:
        return PipelinedStep(model, reduction)
    return TrainStep(model, reduction)


class PipelinedStep(TrainStep):
    """Trains the layers of a stage on the parts of a batch, one after the other.

    The gradients are those of the whole batch: each is the sum over the parts. Random numbers and
    means over a batch, such as those of auxiliary losses, are those of each part.
    """

    def __init__(self, model: Model, reduction: MeshReduction):
        """Builds nothing.

        Args:
          model: The model that is trained.
          reduction: Joins the gradients of the processes, whose mesh has a pipeline.
        """
        super().__init__(model, reduction)
        pipeline = reduction.mesh.pipeline
        assert pipeline is not None
        self._mesh_reduction = reduction
        self._pipeline = pipeline
        self._line = reduction.mesh.groups[pipeline.layout.axis]

    def _compute(
        self,
        task: Task,
        batch: Mapping[str, tf.Tensor],
        context: StepContext,
        step: tf.Tensor,
        weights: Sequence[tf.Variable],
    ) -> Computed:
        del step
        batches = divided(batch, self._pipeline.num_parts)
        parts = [
            PipelinedPart(self._pipeline, task, each, context.of_part(number))
            for number, each in enumerate(batches)
        ]
        slopes = self._run(parts, weights)
        context.updates = _mean_updates(parts)
        with tf.control_dependencies([op for part in parts for op in part.sent]):
            loss, metrics = self._joined(parts)
        slopes = [self._whole(*pair) for pair in zip(slopes, weights, strict=True)]
        return Computed(loss, metrics, *self._mesh_reduction.reduce_slopes(loss, slopes, weights))

    def _run(
        self, parts: Sequence[PipelinedPart], weights: Sequence[tf.Variable]
    ) -> list[Gradient]:
        """Runs all parts forward and backward. Returns the sums of their gradients."""
        sums: list[Gradient] = [None] * len(weights)
        done: list[tf.Operation] = []
        for direction, number in self._pipeline.actions():
            # One after the other, or all parts would be in memory at the same time.
            with tf.control_dependencies(done):
                if direction is Direction.FORWARD:
                    results = parts[number].forward()
                else:
                    gradients = parts[number].backward(weights)
                    sums = [_added(*pair) for pair in zip(sums, gradients, strict=True)]
                    results = [
                        g for g in tf.nest.flatten(sums, expand_composites=True) if g is not None
                    ]
                done = [tf.group(results)]
        return sums

    def _whole(self, slope: Gradient, weight: tf.Variable) -> Gradient:
        """Adds what the other stage that holds the weight computed, if there is one."""
        declaration = find_declaration(weight)
        if declaration is None or declaration.stages is None:
            return slope
        if declaration.is_elsewhere:
            return tf.zeros_like(weight)
        if len(declaration.stages) == 1 or slope is None:
            return slope
        ends = self._pipeline.ends
        assert ends is not None
        return ends.all_reduce(tf.convert_to_tensor(slope))

    def _joined(self, parts: Sequence[PipelinedPart]) -> tuple[Loss, WeightedMetrics]:
        """Returns the loss and the metrics of the batch, which all stages get."""
        sums = [_sums_of(part, self._pipeline.is_last, len(parts)) for part in parts]
        names = list(sums[0])
        table = tf.add_n([tf.stack([each[name] for name in names]) for each in sums])
        rows = tf.unstack(self._line.all_reduce(table))
        joined = {name: Loss(*tf.unstack(row)) for name, row in zip(names, rows, strict=True)}
        loss = joined.pop(_LOSS)
        return loss, {name: (each.mean, each.weight) for name, each in joined.items()}


def divided(batch: Mapping[str, tf.Tensor], count: int) -> list[dict[str, tf.Tensor]]:
    """Divides the rows of a batch into equal parts.

    Args:
      batch: Features, each [rows, ...].
      count: How many parts.

    Raises:
      ValueError: The number of rows is known, and `count` does not divide it. If it is not known,
        the graph fails when it runs.
    """
    rows = next(iter(batch.values())).shape[0]
    if rows is not None and rows % count:
        raise ValueError(
            f"mesh.pipeline.micro_batches: {count} parts of equal size cannot be made of the {rows} rows of a "
            f"worker's batch. Make batch_size a multiple of {count}, or micro_batches a divisor of {rows}."
        )
    pieces = {name: tf.split(feature, count) for name, feature in batch.items()}
    return [{name: each[number] for name, each in pieces.items()} for number in range(count)]


def _added(total: Gradient, gradient: Gradient) -> Gradient:
    if total is None or gradient is None:
        return gradient if total is None else total
    if isinstance(total, tf.IndexedSlices) and isinstance(gradient, tf.IndexedSlices):
        values = tf.concat([total.values, gradient.values], 0)
        rows = tf.concat([total.indices, gradient.indices], 0)
        return tf.IndexedSlices(values, rows, total.dense_shape)
    return tf.convert_to_tensor(total) + tf.convert_to_tensor(gradient)


def _mean_updates(parts: Sequence[PipelinedPart]) -> list[tuple[tf.Variable, tf.Tensor]]:
    """Returns what is assigned after the step: the means of what each part would assign."""
    of_parts = zip(*(part.context.updates for part in parts), strict=True)
    return [
        (updates[0][0], tf.add_n([value for _, value in updates]) / len(updates))
        for updates in of_parts
    ]


def _sums_of(part: PipelinedPart, is_last: bool, num_parts: int) -> dict[str, tf.Tensor]:
    """Returns by name the total and the weight of the loss and the metrics, float32 [2].

    They are zeros for what another stage computes.
    """

    def sums(total: tf.Tensor, weight: tf.Tensor, is_own: bool) -> tf.Tensor:
        return tf.stack([total, weight]) if is_own else tf.zeros([2])

    found = {_LOSS: sums(*part.loss, is_last)}
    for name, (mean, weight) in part.metrics.items():
        total = mean * weight
        # The parts of a batch are counted together.
        share = weight / num_parts if name.startswith(BATCH_COUNT_PREFIX) else weight
        found[name] = sums(total, share, is_last)
    for name, (mean, weight) in part.context.metrics.items():
        found[name] = sums(mean * weight, weight, True)
    if part.context.auxiliary_losses:
        weight = part.loss.weight
        counted = weight if is_last else tf.zeros([])
        found[AUXILIARY_LOSS] = sums(part.context.auxiliary_loss() * weight, counted, True)
    return found
