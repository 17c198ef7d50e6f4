"""A part of a batch on its way through a stage of a pipeline."""

from collections.abc import Mapping, Sequence

import tensorflow as tf
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.shard.pipeline import Pipeline
from frazo.tasks.task import Task, WeightedMetrics
from frazo.train.reduction import Gradient
from frazo.train.train_step import with_auxiliary


class PipelinedPart:
    """The forward and the backward pass of a part of a batch through the layers of a stage.

    It is what connects the stage with its neighbours; see StageIo.

    Attributes:
      context: That of the part; has what the layers added to it after forward().
      loss: The loss of the part; its total is right in the last stage only.
      metrics: The task's metrics; they are right in the last stage only.
      sent: The ops that send something. The results of the step must depend on them.
    """

    loss: Loss
    metrics: WeightedMetrics

    def __init__(
        self,
        pipeline: Pipeline,
        task: Task,
        batch: Mapping[str, tf.Tensor],
        context: StepContext,
    ):
        """Builds nothing.

        Args:
          pipeline: The stages.
          task: Computes the loss.
          batch: The part.
          context: Its own context.
        """
        self._pipeline = pipeline
        self._task = task
        self._batch = batch
        self.context = context
        context.stage = self
        self.sent: list[tf.Operation] = []
        self._tape = tf.GradientTape()
        self._received: tf.Tensor | None = None
        self._output: tf.Tensor | None = None

    def forward(self) -> list[tf.Tensor]:
        """Computes the stage's output, or in the last one the loss. Returns what it computed."""
        with self._tape:
            # Ops of the part, so that it waits for its turn.
            batch = {name: tf.identity(feature) for name, feature in self._batch.items()}
            self.loss, self.metrics = self._task.loss(batch, self.context)
            # The total means something in the last stage only.
            own = self.loss if self._pipeline.is_last else Loss(tf.zeros([]), self.loss.weight)
            self._target = with_auxiliary(own, self.context).total
        if self._pipeline.is_last:
            return [self._target]
        assert self._output is not None, "the model has no stages"
        return [self._output]

    def backward(self, weights: Sequence[tf.Variable]) -> list[Gradient]:
        """Returns the gradients of the total of the loss. None: the stage has no such weight."""
        targets, slopes = [self._target], [tf.ones([])]
        if self._pipeline.from_next is not None:
            output = self._output
            assert output is not None, "the model has no stages"
            targets.append(output)
            slopes.append(self._pipeline.from_next.receive(tf.shape(output), output.dtype))
        sources = [*weights, *([] if self._received is None else [self._received])]
        gradients = self._tape.gradient(targets, sources, output_gradients=slopes)
        if self._pipeline.to_previous is not None:
            self.sent.append(self._pipeline.to_previous.send(gradients.pop()))
        return gradients

    def enter(self, x: tf.Tensor) -> tf.Tensor:
        """Returns the input of the stage's layers; see StageIo."""
        if self._pipeline.from_previous is None:
            return x
        received = self._pipeline.from_previous.receive(tf.shape(x), x.dtype)
        received.set_shape(x.shape)
        self._tape.watch(received)
        self._received = received
        return received

    def leave(self, x: tf.Tensor) -> tf.Tensor:
        """Takes the output of the stage's layers; see StageIo."""
        self._output = x
        if self._pipeline.to_next is not None:
            self.sent.append(self._pipeline.to_next.send(x))
        return x
