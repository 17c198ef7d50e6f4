"""The head that is connectionist temporal classification."""

import tensorflow as tf
from frazo import ops
from frazo.layers.packed_kernels import RoundedKernels
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
from frazo.tasks.asr.token_errors import token_error_rate
from frazo.tasks.task import WeightedMetrics
from google.protobuf import text_format


class CtcHead(SpeechHead):
    """Gives each frame a distribution over the tokens and a blank.

    Its metrics are ctc_loss, in nats per token, unaligned_share and, in evaluation,
    token_error_rate, the errors of the best alignments per token. An utterance with too few frames
    for its text counts for nothing in the loss; unaligned_share tells how many there are.
    """

    def __init__(
        self, message: speech_recognition_pb2.ConnectionistTemporalClassification, place: Place
    ):
        super().__init__()
        self.message = message
        self.search = "the best class of each frame"
        if message.HasField("search"):
            self.search = text_format.MessageToString(message.search, as_one_line=True)
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
        rate = token_error_rate(Labels(found.tokens, found.lengths), labels)
        return loss, metrics | {"token_error_rate": rate}

    def recognize(self, encoded: Memory, rounded: RoundedKernels | None = None) -> Recognitions:
        del rounded
        logits = self.layer(encoded.values, StepContext.for_evaluation(seed=0))
        frames = _frames(encoded)
        if not self.message.HasField("search"):
            found = best_alignments(logits, frames)
            return Recognitions(*(tf.expand_dims(each, 1) for each in found))
        search = self.message.search
        return Recognitions(
            *ops.ctc_beam_search(
                tf.nn.log_softmax(logits),
                frames,
                width=search.width,
                n_best=search.n_best,
                token_gap=search.token_gap,
            )
        )


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
