"""Builds the task and the learner of an experiment."""

import contextlib
from collections.abc import Mapping

# Imported for their side effect: each binds itself to its message.
import frazo.input.image_input
import frazo.input.pipeline_input
import frazo.learn.learner
import frazo.tasks.classification.text_classifier
import frazo.tasks.image.image_classifier
import frazo.tasks.mt.translation  # noqa: F401
import tensorflow as tf
from frazo import ops
from frazo.checkpoint.restore import by_key
from frazo.experiment.parts import named_errors
from frazo.layers.place import Place
from frazo.proto import experiment_pb2
from frazo.registry import build

GLOBAL_STEP = "global_step"

_COMPUTE_DTYPES = {
    experiment_pb2.Experiment.FLOAT32: tf.float32,
    experiment_pb2.Experiment.BFLOAT16: tf.bfloat16,
}


class Model:
    """The task and the learner of an experiment, with initial weights.

    Attributes:
      seed: The experiment's seed.
      task: The task.
      learner: The learner of the task's variables.
      global_step: int64 [], the number of training steps done.
      variables: By name, all variables that a checkpoint holds.
    """

    def __init__(
        self, experiment: experiment_pb2.Experiment, input_spec: Mapping[str, tf.TensorSpec]
    ):
        """Builds the task and the learner.

        Args:
          experiment: The experiment.
          input_spec: The shapes and types of the batches, by feature.

        Raises:
          JobError: The task does not suit the batches, or the learner does not suit the task.
        """
        ops.set_implementation(ops.Implementation(experiment.operations.implementation))
        self.seed = experiment.seed
        place = Place(seed=experiment.seed, compute_dtype=_COMPUTE_DTYPES[experiment.compute_dtype])
        with named_errors("task"):
            self.task = build(experiment.task, place=place, input_spec=input_spec)
        with named_errors("learner"):
            self.learner = build(experiment.learner, variables=self.task.variables)
        self.global_step = tf.Variable(tf.constant(0, tf.int64), trainable=False, name=GLOBAL_STEP)
        self.variables = by_key(
            [*self.task.variables, *self.learner.state_variables, self.global_step]
        )

    def evaluation_weights(self) -> contextlib.AbstractContextManager[None]:
        """Returns a context in which the weights are the moving averages, if there are any."""
        averages = self.learner.averages
        return averages.swapped() if averages else contextlib.nullcontext()
