"""The head that is connectionist temporal classification."""

import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.speech.ctc import (
    ConnectionistTemporalClassification,
    best_alignments,
    ctc_losses,
)
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.proto import speech_recognition_pb2
from frazo.tasks.asr.speech_head import Labels, Recognitions, SpeechHead
from frazo.tasks.task import WeightedMetrics


class CtcHead(SpeechHead):
    """Gives each frame a distribution over the tokens and a blank.

    Its metrics are ctc_loss, in nats per token, unaligned_share and, in evaluation,
    token_error_rate, the errors of the best alignments per token. An utterance with too few frames
    for its text counts for nothing in the loss; unaligned_share tells how many there are.
    """

    search = "the best class of each frame"

    def __init__(
        self, message: speech_recognition_pb2.ConnectionistTemporalClassification, place: Place
    ):
        super().__init__()
        self.layer = ConnectionistTemporalClassification(message, place)
        self.vocab_size = message.vocab_size

    def loss(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        return _loss(self.layer(encoded.values, context), _frames(encoded), labels)

    def evaluate(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        logits, frames = self.layer(encoded.values, context), _frames(encoded)
        loss, metrics = _loss(logits, frames, labels)
        found = best_alignments(logits, frames)
        distances = tf.edit_distance(
            _sparse(found.tokens, found.lengths), _sparse(*labels), normalize=False
        )
        num_tokens = tf.cast(tf.reduce_sum(labels.lengths), tf.float32)
        rate = tf.math.divide_no_nan(tf.reduce_sum(distances), num_tokens)
        return loss, metrics | {"token_error_rate": (rate, num_tokens)}

    def recognize(self, encoded: Memory) -> Recognitions:
        logits = self.layer(encoded.values, StepContext.for_evaluation(seed=0))
        found = best_alignments(logits, _frames(encoded))
        return Recognitions(*(tf.expand_dims(each, 1) for each in found))


def _frames(encoded: Memory) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(encoded.layout.mask, tf.int32), 1)


def _loss(logits: tf.Tensor, frames: tf.Tensor, labels: Labels) -> tuple[Loss, WeightedMetrics]:
    found = ctc_losses(logits, frames, *labels)
    num_tokens = tf.cast(tf.where(found.is_aligned, labels.lengths, 0), tf.float32)
    loss = Loss(tf.reduce_sum(found.losses), tf.reduce_sum(num_tokens))
    utterances = tf.cast(tf.size(labels.lengths), tf.float32)
    unaligned = tf.reduce_sum(tf.cast(~found.is_aligned, tf.float32))
    return loss, {
        "ctc_loss": (loss.mean, loss.weight),
        "unaligned_share": (tf.math.divide_no_nan(unaligned, utterances), utterances),
    }


def _sparse(tokens: tf.Tensor, lengths: tf.Tensor) -> tf.SparseTensor:
    return tf.RaggedTensor.from_tensor(tokens, lengths).to_sparse()
