"""The contract of a task."""

import abc
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.learn.score_follower import ScoreFollower
from frazo.tasks.decoder import Decoder
from frazo.tasks.servable import Servable

# Each metric is a mean over the batch and its weight in the mean over batches: float32 scalars.
WeightedMetrics = dict[str, tuple[tf.Tensor, tf.Tensor]]

# A metric with such a name counts what a batch has: num_examples_in_batch. If processes share a
# batch, it is the sum over them.
BATCH_COUNT_PREFIX = "num_"


class EvalOutput(NamedTuple):
    """The result of evaluating one batch.

    Attributes:
      metrics: The metrics of the batch by name.
      examples: Tensors whose first dimension is the batch. "is_shown", bool [batch], marks the
        examples that Task.example_page should get.
    """

    metrics: WeightedMetrics
    examples: dict[str, tf.Tensor]


class Task(tf.Module, abc.ABC):
    """A model with its loss and metrics, built from its message.

    Attributes:
      headline: The names of the metrics that say most. The first one that a score has is shown.
      score_followers: What follows scores of evalers and decoders in training.
    """

    headline: Sequence[str] = ()
    score_followers: Sequence[ScoreFollower] = ()

    def __init__(self, message: Any, place: Place, *, input_spec: Mapping[str, tf.TensorSpec]):
        """Keeps the message and the place.

        Args:
          message: The task's message.
          place: The root of the model.
          input_spec: The features of the batches.
        """
        super().__init__()
        self.message = message
        self.place = place

    @abc.abstractmethod
    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """Computes the loss and further metrics of a batch.

        The trainer reports the loss as the metric "loss", with its own weight.
        """

    @abc.abstractmethod
    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """Returns the number of examples of a batch without padding, int64 []."""

    @abc.abstractmethod
    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """Computes metrics and results per example of a batch. Changes no variable."""

    def for_input(self, name: str) -> "Task":
        """Returns the task that the batches of an input are for: this one, or a part of it.

        Args:
          name: The name of the input in the experiment.

        Raises:
          ValueError: They are for no part.
        """
        del name
        return self

    def example_page(
        self, examples: Sequence[Mapping[str, Any]]
    ) -> list[tf.compat.v1.Summary.Value]:
        """Returns summaries that show `examples`.

        Args:
          examples: Examples of EvalOutput.examples as NumPy values.
        """
        return []

    def check_input(self, texts: InputTexts) -> list[str]:
        """Checks, before training, that an input makes the ids that the task expects.

        Args:
          texts: Describes how the input makes ids from texts.

        Returns:
          What training can do without, but a later use of the model cannot.

        Raises:
          ValueError: The input does not suit the task.
        """
        return []

    def decoder(self, texts: InputTexts) -> Decoder:
        """Returns the decoder for the examples of an input.

        Args:
          texts: Describes how the input makes ids from texts.

        Raises:
          ValueError: The task does not decode, or `texts` lacks what decoding needs.
        """
        raise ValueError(
            f"{type(self).__name__} outputs nothing that could be decoded. Evaluate it instead "
            "(--job=evaler_NAME)."
        )

    def servable(self, texts: InputTexts) -> Servable:
        """Returns the model as an export holds it.

        Args:
          texts: Describes how an input makes ids from texts.

        Raises:
          ValueError: The task has no export, or `texts` lacks what it needs.
        """
        raise ValueError(f"{type(self).__name__} has nothing to export")
