"""Connectionist temporal classification."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.softmax import Softmax
from frazo.layers.step_context import StepContext
from frazo.proto import softmax_pb2, speech_recognition_pb2
from frazo.registry import register


class CtcLoss(NamedTuple):
    """The losses of B utterances.

    Attributes:
      losses: float32 [B], minus the natural logarithm of the text's probability; 0 where it has no
        alignment.
      is_aligned: bool [B], False where the frames are too few for the text.
    """

    losses: tf.Tensor
    is_aligned: tf.Tensor


class CtcTexts(NamedTuple):
    """The best alignments of B utterances without repeated tokens and blanks.

    Attributes:
      tokens: int32 [B, longest]; 0 after the last one.
      lengths: int32 [B].
      scores: float32 [B], the natural logarithm of the alignment's probability.
    """

    tokens: tf.Tensor
    lengths: tf.Tensor
    scores: tf.Tensor


@register(speech_recognition_pb2.ConnectionistTemporalClassification)
class ConnectionistTemporalClassification(Layer):
    """Maps [batch, time, dim] to logits, float32 [batch, time, vocab_size + 1], the blank last."""

    def __init__(
        self, message: speech_recognition_pb2.ConnectionistTemporalClassification, place: Place
    ):
        super().__init__(message, place)
        dim = self.require_dim()
        self._softmax = Softmax(
            softmax_pb2.Softmax(
                num_classes=message.vocab_size + 1, kernel_init=message.kernel_init
            ),
            place.at("softmax", (None, dim)),
        )
        self.output_shape = (*self.input_shape[:-1], message.vocab_size + 1)

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        shape = tf.shape(x)
        logits = self._softmax(tf.reshape(x, [-1, x.shape[-1]]), context)
        return tf.reshape(logits, [shape[0], shape[1], self.message.vocab_size + 1])


def ctc_losses(
    logits: tf.Tensor, frames: tf.Tensor, labels: tf.Tensor, label_lengths: tf.Tensor
) -> CtcLoss:
    """Computes -log p(labels) (Graves et al. 2006, equation 14).

    Args:
      logits: float32 [B, time, classes]; the last class is the blank.
      frames: int32 [B], frames of each utterance.
      labels: int32 [B, longest], tokens.
      label_lengths: int32 [B], tokens of each.

    Raises:
      InvalidArgumentError: A label is no token. The op fails when it runs.
    """
    longest = tf.shape(labels)[1]
    is_label = tf.sequence_mask(label_lengths, longest)
    # Between equal tokens an alignment needs a blank.
    repeats = (labels[:, 1:] == labels[:, :-1]) & is_label[:, 1:]
    needed = label_lengths + tf.reduce_sum(tf.cast(repeats, tf.int32), 1)
    is_aligned = needed <= frames
    # TensorFlow's kernel takes no empty text: such rows and those without an alignment get token 0.
    is_taken = is_aligned & (label_lengths > 0)
    tokens = tf.pad(tf.where(is_taken[:, tf.newaxis], labels, 0), [[0, 0], [0, 1]])
    is_token = tf.sequence_mask(tf.where(is_taken, label_lengths, 1), longest + 1)
    losses, _ = tf.raw_ops.CTCLoss(
        inputs=tf.transpose(logits, [1, 0, 2]),
        labels_indices=tf.where(is_token),
        labels_values=tf.boolean_mask(tokens, is_token),
        sequence_length=tf.where(is_taken, frames, 0),
        ignore_longer_outputs_than_inputs=True,
    )
    losses = tf.where(is_taken, losses, 0.0) + _empty_text_losses(
        logits, frames, label_lengths == 0
    )
    return CtcLoss(losses, is_aligned)


def _empty_text_losses(logits: tf.Tensor, frames: tf.Tensor, is_empty: tf.Tensor) -> tf.Tensor:
    """Returns the losses of the utterances without a token, which are few; 0 for the others."""
    rows = tf.cast(tf.where(is_empty), tf.int32)
    own = tf.gather(logits, rows[:, 0])
    blank = tf.reduce_logsumexp(own, -1) - own[..., -1]
    is_frame = tf.sequence_mask(tf.gather(frames, rows[:, 0]), tf.shape(logits)[1])
    sums = tf.reduce_sum(tf.where(is_frame, blank, 0.0), 1)
    return tf.scatter_nd(rows, sums, tf.shape(is_empty))


def best_alignments(logits: tf.Tensor, frames: tf.Tensor) -> CtcTexts:
    """Takes the most probable class of each frame, and removes repeated tokens, then blanks.

    Args:
      logits: float32 [B, time, classes]; the last class is the blank.
      frames: int32 [B], frames of each utterance.
    """
    blank = logits.shape[-1] - 1
    scores = tf.nn.log_softmax(logits)
    best = tf.argmax(scores, -1, tf.int32)
    is_frame = tf.sequence_mask(frames, tf.shape(logits)[1])
    before = tf.pad(best[:, :-1], [[0, 0], [1, 0]], constant_values=-1)
    is_token = is_frame & (best != blank) & (best != before)
    ragged = tf.ragged.boolean_mask(best, is_token)
    return CtcTexts(
        tokens=ragged.to_tensor(),
        lengths=tf.cast(ragged.row_lengths(), tf.int32),
        scores=tf.reduce_sum(tf.where(is_frame, tf.reduce_max(scores, -1), 0.0), 1),
    )
