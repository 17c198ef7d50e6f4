"""The contract of a task."""

import abc
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.tasks.decoder import Decoder
from frazo.tasks.servable import Servable

# A mean and the weight with which it enters the mean over batches: float32 scalars.
WeightedMetrics = dict[str, tuple[tf.Tensor, tf.Tensor]]


class EvalOutput(NamedTuple):
    """What one batch gives in evaluation.

    examples: tensors with the batch as first dimension. "is_shown", bool [batch], marks those
        that Task.example_page should be given.
    """

    metrics: WeightedMetrics
    examples: dict[str, tf.Tensor]


class Task(tf.Module, abc.ABC):
    """A model with its loss and metrics, built from its message.

    headline: the metrics of evaluation and decoding that say most, the first that there is before the
    others.
    """

    headline: Sequence[str] = ()

    def __init__(self, message: Any, place: Place, *, input_spec: Mapping[str, tf.TensorSpec]):
        """place: the root of the model. input_spec: of the batches."""
        super().__init__()
        self.message = message
        self.place = place

    @abc.abstractmethod
    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """Returns what is to be minimized, and further metrics of the batch.

        The loss is reported as the metric "loss", with its own weight.
        """

    @abc.abstractmethod
    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        """int64 []: how many examples a batch has, not counting padding."""

    @abc.abstractmethod
    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """Metrics and per-example results of a batch; changes nothing."""

    def example_page(
        self, examples: Sequence[Mapping[str, Any]]
    ) -> list[tf.compat.v1.Summary.Value]:
        """Summaries that show `examples`: rows of EvalOutput.examples as NumPy values."""
        return []

    def decoder(self, texts: InputTexts) -> Decoder:
        """What decodes the examples of an input.

        texts: how the input makes its ids. Raises ValueError if it lacks what is needed.
        """
        raise ValueError(
            f"{type(self).__name__} outputs nothing that could be decoded. Evaluate it instead "
            "(--job=evaler_NAME)."
        )

    def servable(self, texts: InputTexts) -> Servable:
        """What an export of the model does.

        texts: how an input makes its ids. Raises ValueError if it lacks what is needed.
        """
        raise ValueError(f"{type(self).__name__} has nothing to export")
