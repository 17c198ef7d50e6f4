"""Builds the task of an experiment, and the learner if it is trained."""

import contextlib
from collections.abc import Mapping, Sequence

# Imported for their side effect: each binds itself to its message.
import frazo.input.image_input
import frazo.input.pipeline_input
import frazo.input.synthetic_tokens
import frazo.tasks.asr.speech_recognition
import frazo.tasks.car.point_detection
import frazo.tasks.classification.text_classifier
import frazo.tasks.image.image_classifier
import frazo.tasks.lm.language_modeling
import frazo.tasks.mt.translation  # noqa: F401
import tensorflow as tf
from frazo import ops
from frazo.checkpoint.directory import Checkpoint
from frazo.checkpoint.restore import by_key, restore_variables
from frazo.experiment.parts import named_errors, task_spec
from frazo.layers.initializer import initial_value
from frazo.layers.place import Draw, Place
from frazo.learn.learner import LEARNER_PREFIX, Learner, moving_averages
from frazo.learn.score_follower import ScoreFollower
from frazo.proto import experiment_pb2
from frazo.registry import build
from frazo.shard.mesh import Mesh
from frazo.tasks.multi_task.multi_task import MultiTask
from frazo.tasks.task import Task

GLOBAL_STEP = "global_step"

_COMPUTE_DTYPES = {
    experiment_pb2.Experiment.FLOAT32: tf.float32,
    experiment_pb2.Experiment.BFLOAT16: tf.bfloat16,
}


class InferenceModel:
    """The task of an experiment, with initial weights, for all that does not train it.

    It has no memory for what only the learner needs: the optimizer's slots, accumulated gradients.

    Attributes:
      seed: The experiment's seed.
      task: The task.
      averages: The moving averages of the weights; None if the learner keeps none.
      global_step: int64 [], the number of training steps done.
      variables: By name, the variables of a checkpoint that it has.
    """

    # What a checkpoint holds for others.
    _other_prefixes: Sequence[str] = (LEARNER_PREFIX,)

    def __init__(
        self,
        experiment: experiment_pb2.Experiment,
        input_spec: Mapping[str, tf.TensorSpec],
        mesh: Mesh | None = None,
        draw: Draw = initial_value,
    ):
        """Builds the task.

        Args:
          experiment: The experiment.
          input_spec: The shapes and types of the batches, by feature. If there are several tasks,
            those of any input.
          mesh: The processes that share the model. Default: this one alone.
          draw: Draws the initial weights.

        Raises:
          JobError: The task does not suit the batches, or the learner does not suit the task.
        """
        ops.set_implementation(ops.Implementation(experiment.operations.implementation))
        self.seed = experiment.seed
        place = Place(
            seed=experiment.seed,
            compute_dtype=_COMPUTE_DTYPES[experiment.compute_dtype],
            mesh=mesh or Mesh.single(),
            draw=draw,
        )
        spec = task_spec(experiment, input_spec)
        with named_errors("task"):
            self.task: Task = build(experiment.task, place=place, input_spec=spec)
        self.global_step = tf.Variable(tf.constant(0, tf.int64), trainable=False, name=GLOBAL_STEP)
        with named_errors("learner"):
            of_learner = self._build_learner(experiment)
        self.variables = by_key([*self.task.variables, *of_learner, self.global_step])

    def _build_learner(self, experiment: experiment_pb2.Experiment) -> list[tf.Variable]:
        """Builds what it needs of the learner, and returns its variables."""
        self.averages = moving_averages(experiment.learner, self.task.variables)
        return self.averages.averages if self.averages else []

    def restore(self, checkpoint: Checkpoint, *other_prefixes: str) -> None:
        """Restores the variables. What only a learner that it does not have needs is passed over.

        Args:
          checkpoint: The checkpoint.
          other_prefixes: Tensors whose names begin with one of these belong to others.

        Raises:
          JobError: The variables of the checkpoint don't fit the model.
        """
        restore_variables(checkpoint, self.variables, [*other_prefixes, *self._other_prefixes])

    def evaluation_weights(self) -> contextlib.AbstractContextManager[None]:
        """Returns a context in which the weights are the moving averages, if there are any."""
        return self.averages.swapped() if self.averages else contextlib.nullcontext()


class Model(InferenceModel):
    """The task and the learner of an experiment, with initial weights.

    Attributes:
      learner: The learner of the task's variables.
    """

    learner: Learner
    _other_prefixes = ()

    @property
    def score_followers(self) -> Sequence[ScoreFollower]:
        """What follows the scores of evalers and decoders."""
        return [*self.learner.score_followers, *self.task.score_followers]

    def _build_learner(self, experiment: experiment_pb2.Experiment) -> list[tf.Variable]:
        parts = None
        if isinstance(self.task, MultiTask):
            parts = {name: part.variables for name, part in self.task.parts.items()}
        self.learner = build(experiment.learner, variables=self.task.variables, parts=parts)
        self.averages = self.learner.averages
        return self.learner.state_variables
