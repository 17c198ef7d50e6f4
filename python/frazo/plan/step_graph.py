"""The graph of a training step of one process, without anything that it would compute."""

import dataclasses
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
from frazo import ops
from frazo.experiment.model import InferenceModel, Model
from frazo.layers.declaration import full_shape
from frazo.plan.flat_graph import FlatGraph
from frazo.proto import experiment_pb2
from frazo.shard.mesh import Held, Mesh, held_shape
from frazo.train.mesh_reduction import MeshReduction
from frazo.train.pipelined_step import step_of
from frazo.train.reduction import Reduction

# The default of a cluster.
_BUCKET_BYTES = 4 << 20


@dataclasses.dataclass(frozen=True)
class StepGraph:
    """What a process holds, and what it runs in a step.

    Attributes:
      graph: The ops of the step.
      weights: The variables of the task.
      slots: The variables of the learner, and the pieces of weights that it updates.
    """

    graph: FlatGraph
    weights: Sequence[tf.Variable]
    slots: Sequence[tf.Variable]


def trace_step(
    experiment: experiment_pb2.Experiment,
    batch: Mapping[str, tf.TensorSpec],
    mesh: Mesh | None = None,
) -> StepGraph:
    """Traces the step as the trainer does. Nothing is allocated: variables are names in a graph.

    Args:
      experiment: The experiment.
      batch: The specs of the batch of a process, all sizes known.
      mesh: The processes, as one of them sees them; None: it is alone.

    Raises:
      JobError: The task does not suit the batches, or the learner the task.
    """
    with tf.Graph().as_default(), ops.bounded_unique(), warnings.catch_warnings():
        # TensorFlow warns of large tensors, but here they are only named.
        warnings.filterwarnings("ignore", message="Converting sparse IndexedSlices")
        model = Model(experiment, batch, mesh, draw=_zeros)
        reduction = MeshReduction(mesh, _BUCKET_BYTES, tf.float32) if mesh else Reduction()
        step = step_of(model, reduction)
        traced = tf.function(lambda given: step(iter([given]), 0), autograph=False)
        graph = FlatGraph(traced.get_concrete_function(dict(batch)).graph)
        slots = [*model.learner.state_variables, *model.learner.pieces]
        return StepGraph(graph, model.task.variables, slots)


def num_parameters(
    experiment: experiment_pb2.Experiment, batch: Mapping[str, tf.TensorSpec]
) -> int:
    """Returns how many numbers the weights of a model are.

    Args:
      experiment: The experiment.
      batch: The specs of its batches.

    Raises:
      JobError: The task does not suit the batches.
    """
    with tf.Graph().as_default():
        model = InferenceModel(experiment, batch, draw=_zeros)
        return sum(math.prod(full_shape(weight)) for weight in model.task.variables)


def _zeros(message: Any, *, shape: Sequence[int], held: Held | None = None, **_: Any) -> tf.Tensor:
    """Stands for initial values, whose drawing may take many ops."""
    return tf.zeros(shape if held is None else held_shape(held))
