"""The contract of what makes texts of an encoder's output."""

import abc
from typing import NamedTuple

import tensorflow as tf
from frazo.input.input_texts import InputTexts
from frazo.layers.packed_kernels import RoundedKernels
from frazo.layers.sequence_layer import Memory
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.tasks.task import WeightedMetrics


class Labels(NamedTuple):
    """The tokens of B texts, without one that begins or ends a text.

    Attributes:
      tokens: int32 [B, longest].
      lengths: int32 [B].
    """

    tokens: tf.Tensor
    lengths: tf.Tensor


class Recognitions(NamedTuple):
    """The N best texts found for each of B utterances, best first.

    A text that is missing has no token and minus infinity as its score.

    Attributes:
      tokens: int32 [B, N, longest], without one that ends a text; 0 after the last one.
      lengths: int32 [B, N].
      scores: float32 [B, N], natural logarithms by which the texts are ranked.
      attention: float32 [B, longest, frames], the probabilities of attention to the encoder's
        output by which each token of the best text was chosen; None: the head does not attend.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor
    attention: tf.Tensor | None = None


class SpeechHead(tf.Module, abc.ABC):
    """A member of SpeechRecognition that maps an encoder's output to texts.

    Attributes:
      vocab_size: The number of tokens that it tells apart.
      search: One line that describes how it finds texts.
    """

    vocab_size: int
    search: str

    @abc.abstractmethod
    def loss(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """Computes minus the logarithms of the texts' probabilities, in nats, and metrics.

        The weight of the loss is a number of tokens.
        """

    @abc.abstractmethod
    def evaluate(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """Computes what `loss` does, and metrics that training has no time for."""

    @abc.abstractmethod
    def recognize(self, encoded: Memory, rounded: RoundedKernels | None = None) -> Recognitions:
        """Finds the texts of utterances.

        Args:
          encoded: The encoder's output.
          rounded: Keeps the rounded weights of a head that rounds. None: they are rounded at each
            call.
        """

    def check_input(self, texts: InputTexts) -> None:
        """Checks, before training, that an input makes labels that suit.

        Args:
          texts: Describes how the input makes ids from texts; it tokenizes the labels.

        Raises:
          ValueError: They do not.
        """
        del texts
