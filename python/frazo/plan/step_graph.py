"""The graph of a training step of one process, without anything that it would compute."""

import dataclasses
import warnings
from collections.abc import Mapping, Sequence

import tensorflow as tf
from frazo.experiment.model import Model
from frazo.plan.flat_graph import FlatGraph
from frazo.proto import experiment_pb2
from frazo.train.train_step import TrainStep


@dataclasses.dataclass(frozen=True)
class StepGraph:
    """What a process holds, and what it runs in a step.

    Attributes:
      graph: The ops of the step.
      weights: The variables of the task.
      slots: The variables of the learner.
    """

    graph: FlatGraph
    weights: Sequence[tf.Variable]
    slots: Sequence[tf.Variable]


def trace_step(
    experiment: experiment_pb2.Experiment, batch: Mapping[str, tf.TensorSpec]
) -> StepGraph:
    """Traces the step as the trainer does. Nothing is allocated: variables are names in a graph.

    Args:
      experiment: The experiment.
      batch: The specs of the batch, all sizes known.

    Raises:
      JobError: The task does not suit the batches, or the learner the task.
    """
    with tf.Graph().as_default(), warnings.catch_warnings():
        # TensorFlow warns of large tensors, but here they are only named.
        warnings.filterwarnings("ignore", message="Converting sparse IndexedSlices")
        model = Model(experiment, batch)
        step = TrainStep(model)
        traced = tf.function(lambda given: step(iter([given]), 0), autograph=False)
        graph = FlatGraph(traced.get_concrete_function(dict(batch)).graph)
        return StepGraph(graph, model.task.variables, model.learner.state_variables)
