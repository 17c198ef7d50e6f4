"""The variables of an experiment: its task, its learner and the count of steps."""

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
    """Task and learner as built from an experiment, with their initial weights."""

    def __init__(
        self, experiment: experiment_pb2.Experiment, input_spec: Mapping[str, tf.TensorSpec]
    ):
        """input_spec: of the batches that it will be given. JobError: the task does not suit them."""
        ops.set_implementation(ops.Implementation(experiment.operations.implementation))
        self.seed = experiment.seed
        place = Place(seed=experiment.seed, compute_dtype=_COMPUTE_DTYPES[experiment.compute_dtype])
        with named_errors("task"):
            self.task = build(experiment.task, place=place, input_spec=input_spec)
        with named_errors("learner"):
            self.learner = build(experiment.learner, variables=self.task.variables)
        self.global_step = tf.Variable(tf.constant(0, tf.int64), trainable=False, name=GLOBAL_STEP)
        # All that a checkpoint holds of the model, by name.
        self.variables = by_key(
            [*self.task.variables, *self.learner.state_variables, self.global_step]
        )

    def evaluation_weights(self) -> contextlib.AbstractContextManager[None]:
        """Within it the weights are those to be evaluated: the moving averages, where there are
        some.
        """
        averages = self.learner.averages
        return averages.swapped() if averages else contextlib.nullcontext()
