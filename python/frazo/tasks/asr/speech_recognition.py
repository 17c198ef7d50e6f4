"""The speech recognition task."""

from collections.abc import Mapping

import tensorflow as tf
from frazo import _core
from frazo.input.input_texts import InputTexts
from frazo.layers.place import Place
from frazo.layers.sequence_layer_kinds import build_sequence_layer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.ctc import (
    ConnectionistTemporalClassification,
    CtcTexts,
    best_alignments,
    ctc_losses,
)
from frazo.layers.speech.frame_subsampling import FrameSubsampling
from frazo.layers.speech.spec_augment import SpecAugment
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.proto import speech_recognition_pb2
from frazo.registry import register
from frazo.tasks.asr.speech_decoder import SpeechDecoder
from frazo.tasks.asr.speech_servable import SoundPreparation, SpeechServable
from frazo.tasks.decoder import Decoder
from frazo.tasks.servable import Servable
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics

FRAMES, LABELS = "frames", "labels"
_FEATURES = (FRAMES, f"{FRAMES}_length", LABELS, f"{LABELS}_length")


@register(speech_recognition_pb2.SpeechRecognition)
class SpeechRecognition(Task):
    """ctc(encoder(subsampling(spec_augment(frames)))).

    The batches have frames, float32 [batch, time, features]; frames_length, int32 [batch]; labels,
    int32 [batch, time], the tokens of the text without one that ends it; labels_length, int32
    [batch].
    """

    headline = ("token_error_rate", "loss")

    def __init__(
        self,
        message: speech_recognition_pb2.SpeechRecognition,
        place: Place,
        *,
        input_spec: Mapping[str, tf.TensorSpec],
    ):
        """Makes the layers.

        Args:
          message: The message.
          place: The root of the model.
          input_spec: The features of the batches.

        Raises:
          ValueError: The batches lack a feature, or the frames are no frames.
        """
        super().__init__(message, place, input_spec=input_spec)
        for name in _FEATURES:
            if name not in input_spec:
                raise ValueError(
                    f"speech_recognition: the batches have no feature '{name}', but "
                    f"{', '.join(sorted(input_spec))}. Name the input's fields {FRAMES} (a log_mel step makes "
                    f"them) and {LABELS} (tokenized), and batch them by buckets."
                )
        shape = tuple(input_spec[FRAMES].shape)
        self.spec_augment = self.subsampling = None
        if message.HasField("spec_augment"):
            self.spec_augment = SpecAugment(message.spec_augment, place.at("spec_augment", shape))
        if message.HasField("subsampling"):
            self.subsampling = FrameSubsampling(message.subsampling, place.at("subsampling", shape))
            shape = self.subsampling.output_shape
        self.encoder = build_sequence_layer(message.encoder, place.at("encoder", shape))
        self.ctc = ConnectionistTemporalClassification(
            message.ctc, place.at("ctc", self.encoder.output_shape)
        )

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """Computes -log p(text), in nats per token.

        An utterance with too few frames for its text counts for nothing; the metric
        unaligned_share tells how many there are.
        """
        logits, frames = self._logits(batch, context)
        return self._loss(batch, logits, frames)

    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return tf.shape(batch[FRAMES], tf.int64)[0]

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """Computes the loss and token_error_rate, the errors of the best alignments per token."""
        logits, frames = self._logits(batch, context)
        loss, metrics = self._loss(batch, logits, frames)
        found = best_alignments(logits, frames)
        distances = tf.edit_distance(
            _sparse(found.tokens, found.lengths),
            _sparse(batch[LABELS], batch[f"{LABELS}_length"]),
            normalize=False,
        )
        num_tokens = tf.cast(tf.reduce_sum(batch[f"{LABELS}_length"]), tf.float32)
        rate = tf.math.divide_no_nan(tf.reduce_sum(distances), num_tokens)
        return EvalOutput(
            metrics={
                "loss": (loss.mean, loss.weight),
                **metrics,
                "token_error_rate": (rate, num_tokens),
            },
            examples={},
        )

    def check_input(self, texts: InputTexts) -> list[str]:
        """Checks that the tokens are those of a tokenizer with as many as the model.

        Raises:
          ValueError: The tokenizer has more.
        """
        if not texts.is_tokenized(LABELS):
            return [
                "nothing says which text the labels stand for: an export and a decoder need a "
                f"tokenize step that makes '{LABELS}'"
            ]
        size = _core.Tokenizer(texts.tokenizer(LABELS).SerializeToString()).vocab_size
        if size > self.message.ctc.vocab_size:
            raise ValueError(
                f"the tokenizer of '{LABELS}' has {size} tokens, ctc.vocab_size is "
                f"{self.message.ctc.vocab_size}. Make vocab_size {size}."
            )
        return []

    def recognize(self, frames: tf.Tensor, lengths: tf.Tensor) -> CtcTexts:
        """Returns the tokens of utterances.

        Args:
          frames: float32 [batch, time, features].
          lengths: int32 [batch].
        """
        # Layers need not take a batch without a frame, as that of sounds that are too short for one.
        missing = tf.maximum(1 - tf.shape(frames)[1], 0)
        frames = tf.pad(frames, [[0, 0], [0, missing], [0, 0]])
        logits, subsampled = self._logits(
            {FRAMES: frames, f"{FRAMES}_length": lengths}, StepContext.for_evaluation(seed=0)
        )
        return best_alignments(logits, subsampled)

    def decoder(self, texts: InputTexts) -> Decoder:
        return SpeechDecoder(self.recognize, texts.tokenizer(LABELS))

    def servable(self, texts: InputTexts) -> Servable:
        return SpeechServable(
            self, SoundPreparation(texts.steps(), FRAMES), texts.tokenizer(LABELS)
        )

    def _logits(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the logits, float32 [batch, time, vocab_size + 1], and their frames, int32
        [batch].
        """
        x = tf.cast(batch[FRAMES], self.place.compute_dtype)
        layout = SequenceLayout.of_lengths(batch[f"{FRAMES}_length"], tf.shape(x)[1])
        if self.spec_augment is not None:
            x = self.spec_augment(x, layout, context)
        if self.subsampling is not None:
            x, layout = self.subsampling(x, layout, context), self.subsampling.output_layout(layout)
        logits = self.ctc(self.encoder(x, layout, context), context)
        return logits, tf.reduce_sum(tf.cast(layout.mask, tf.int32), 1)

    def _loss(
        self, batch: Mapping[str, tf.Tensor], logits: tf.Tensor, frames: tf.Tensor
    ) -> tuple[Loss, WeightedMetrics]:
        lengths = batch[f"{LABELS}_length"]
        found = ctc_losses(logits, frames, batch[LABELS], lengths)
        num_tokens = tf.cast(tf.where(found.is_aligned, lengths, 0), tf.float32)
        loss = Loss(tf.reduce_sum(found.losses), tf.reduce_sum(num_tokens))
        utterances = tf.cast(tf.size(lengths), tf.float32)
        unaligned = tf.reduce_sum(tf.cast(~found.is_aligned, tf.float32))
        return loss, {
            "unaligned_share": (tf.math.divide_no_nan(unaligned, utterances), utterances),
            "num_examples_in_batch": (utterances, tf.ones([])),
        }


def _sparse(tokens: tf.Tensor, lengths: tf.Tensor) -> tf.SparseTensor:
    return tf.RaggedTensor.from_tensor(tokens, lengths).to_sparse()
