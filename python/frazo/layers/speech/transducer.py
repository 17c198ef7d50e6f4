"""The RNN transducer."""

from typing import NamedTuple

import tensorflow as tf
from frazo import ops
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.sequence_layer import State
from frazo.layers.speech.joint_network import JointNetwork
from frazo.layers.speech.prediction_network import PredictionNetwork
from frazo.layers.step_context import StepContext
from frazo.proto import transducer_pb2
from frazo.registry import register


class Written(NamedTuple):
    """What a transducer knows of the texts of rows so far.

    Attributes:
      state: The state of the prediction network.
      projected: [rows, units], the joint network's projection of its output.
    """

    state: State
    projected: tf.Tensor


@register(transducer_pb2.Transducer)
class Transducer(Layer):
    """Gives the losses of texts, and the logits of what comes next in a search for one.

    The classes are the tokens and the blank, which is the last one.

    Attributes:
      blank: The blank's class.
    """

    def __init__(self, message: transducer_pb2.Transducer, place: Place):
        super().__init__(message, place)
        self.require_dim()
        self.blank = message.vocab_size
        self._prediction = PredictionNetwork(
            message.prediction, place.at("prediction"), vocab_size=message.vocab_size
        )
        self._joint = JointNetwork(
            message.joint,
            place.at("joint"),
            predicted_dim=self._prediction.size,
            num_classes=message.vocab_size + 1,
        )
        self.output_shape = self._joint.output_shape

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Refuses: logits need a text.

        Raises:
          TypeError: Always.
        """
        raise TypeError(f"{self.path}: a transducer has no logits without a text. Call `logits`.")

    def logits(self, encoded: tf.Tensor, labels: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Returns the logits of all nodes, float32 [batch, time, longest + 1, classes].

        Args:
          encoded: The encoder's output, [batch, time, dim].
          labels: int32 [batch, longest], tokens.
          context: The context of the step.
        """
        heard = self._joint.heard(encoded, context)[:, :, tf.newaxis]
        predicted = self._prediction(labels, context)
        return self._joint(heard + self._joint.written(predicted, context)[:, tf.newaxis], context)

    def heard(self, encoded: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Returns what `next_logits` takes of the encoder's output, [..., dim]: [..., units]."""
        return self._joint.heard(encoded, context)

    def start(self, rows: int | tf.Tensor, context: StepContext) -> Written:
        """Returns what is known before the first token."""
        return self._written(*self._prediction.start(rows, context), context)

    def write(self, written: Written, tokens: tf.Tensor, context: StepContext) -> Written:
        """Returns what is known after another token of each row, int32 [rows]."""
        return self._written(*self._prediction.step(written.state, tokens, context), context)

    def next_logits(self, heard: tf.Tensor, written: Written, context: StepContext) -> tf.Tensor:
        """Returns the logits of what comes next, float32 [rows, classes].

        Args:
          heard: [rows, units], of the frame of each row.
          written: Of the text of each row.
          context: The context of the step.
        """
        return self._joint(heard + written.projected, context)

    def _written(self, state: State, predicted: tf.Tensor, context: StepContext) -> Written:
        return Written(state, self._joint.written(predicted, context))


class TransducerLoss(NamedTuple):
    """The losses of B utterances.

    Attributes:
      losses: float32 [B], minus the natural logarithm of the text's probability; 0 where it has no
        alignment.
      is_aligned: bool [B], False for a text without a frame.
    """

    losses: tf.Tensor
    is_aligned: tf.Tensor


def transducer_loss(
    logits: tf.Tensor, frames: tf.Tensor, labels: tf.Tensor, label_lengths: tf.Tensor
) -> TransducerLoss:
    """Computes -log p(labels) (Graves 2012, equation 18).

    Args:
      logits: float32 [B, time, longest + 1, classes]; the last class is the blank.
      frames: int32 [B], frames of each utterance.
      labels: int32 [B, longest], tokens.
      label_lengths: int32 [B], tokens of each.

    Raises:
      InvalidArgumentError: A label is no token. The op fails when it runs.
    """
    is_aligned = (frames > 0) | (label_lengths == 0)
    losses = ops.transducer_losses(logits, labels, frames, label_lengths)
    return TransducerLoss(tf.where(is_aligned, losses, 0.0), is_aligned)
