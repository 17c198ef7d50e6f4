"""The head that is an RNN transducer."""

import tensorflow as tf
from frazo.layers.packed_kernels import RoundedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.speech.transducer import Transducer, transducer_loss
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.proto import transducer_pb2
from frazo.tasks.asr.speech_head import Labels, Recognitions, SpeechHead
from frazo.tasks.asr.token_errors import token_error_rate
from frazo.tasks.asr.transducer_beam import search_beam
from frazo.tasks.asr.transducer_greedy import Best, search_greedily, start_of_texts
from frazo.tasks.sequence.token_ids import real_ids
from frazo.tasks.task import WeightedMetrics


class TransducerHead(SpeechHead):
    """Gives each frame and each beginning of the text a distribution over tokens and a blank.

    Its metrics are transducer_loss, in nats per token, and in evaluation token_error_rate, the
    errors per token of the texts that greedy search finds. A text without a frame counts for
    nothing.
    """

    def __init__(self, message: transducer_pb2.Transducer, place: Place):
        super().__init__()
        self.layer = Transducer(message, place)
        self.vocab_size = message.vocab_size
        self.search = (
            "the best class of each step"
            if message.beam_width == 1
            else f"a beam of {message.beam_width} hypotheses"
        )

    def loss(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        is_token = tf.sequence_mask(labels.lengths, tf.shape(labels.tokens)[1])
        tokens = real_ids(labels.tokens, is_token, self.vocab_size, "labels")
        logits = self.layer.logits(encoded.values, tokens, context)
        found = transducer_loss(logits, _frames(encoded), tokens, labels.lengths)
        num_tokens = tf.where(found.is_aligned, labels.lengths, 0)
        loss = Loss(tf.reduce_sum(found.losses), tf.cast(tf.reduce_sum(num_tokens), tf.float32))
        return loss, {"transducer_loss": (loss.mean, loss.weight)}

    def evaluate(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        loss, metrics = self.loss(encoded, labels, context)
        found = self._greedy(encoded)
        rate = token_error_rate(Labels(found.tokens, found.lengths), labels)
        return loss, metrics | {"token_error_rate": rate}

    def recognize(self, encoded: Memory, rounded: RoundedKernels | None = None) -> Recognitions:
        del rounded
        width = self.layer.message.beam_width
        if width == 1:
            found = self._greedy(encoded)
            return Recognitions(
                *(tf.expand_dims(each, 1) for each in (found.tokens, found.lengths, found.scores))
            )
        return Recognitions(
            *search_beam(self.layer, encoded.values, _frames(encoded), width=width, best=width)
        )

    def _greedy(self, encoded: Memory) -> Best:
        start = start_of_texts(self.layer, tf.shape(encoded.values)[0])
        return search_greedily(self.layer, encoded.values, _frames(encoded), start)


def _frames(encoded: Memory) -> tf.Tensor:
    return tf.reduce_sum(tf.cast(encoded.layout.mask, tf.int32), 1)
