"""The speech recognition task."""

from collections.abc import Mapping, Sequence

import tensorflow as tf
from frazo import _core
from frazo.input.input_texts import InputTexts
from frazo.layers.packed_kernels import RoundedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layer_kinds import build_sequence_layer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.frame_subsampling import FrameSubsampling
from frazo.layers.speech.spec_augment import SpecAugment
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.proto import speech_recognition_pb2
from frazo.registry import register
from frazo.tasks.asr.attention_head import AttentionHead
from frazo.tasks.asr.chunk_recognizer import ChunkRecognizer
from frazo.tasks.asr.ctc_head import CtcHead
from frazo.tasks.asr.sound_preparation import SoundPreparation
from frazo.tasks.asr.speech_decoder import SpeechDecoder
from frazo.tasks.asr.speech_head import Labels, Recognitions, SpeechHead
from frazo.tasks.asr.speech_servable import SpeechServable
from frazo.tasks.asr.transducer_head import TransducerHead
from frazo.tasks.decoder import Decoder
from frazo.tasks.servable import Servable
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics

FRAMES, LABELS = "frames", "labels"
_FEATURES = (FRAMES, f"{FRAMES}_length", LABELS, f"{LABELS}_length")


@register(speech_recognition_pb2.SpeechRecognition)
class SpeechRecognition(Task):
    """heads(encoder(subsampling(spec_augment(frames)))).

    The batches have frames, float32 [batch, time, features]; frames_length, int32 [batch]; labels,
    int32 [batch, time], the tokens of the text without one that ends it; labels_length, int32
    [batch].

    The loss is that of the only head, or ctc_weight of the CTC head's sum and the rest of the
    decoder's sum per token that the decoder predicts. The metrics are those of the heads.

    Attributes:
      chunks: Recognises an utterance while it goes on; None if the model does not stream.
    """

    headline = ("token_error_rate", "fraction_of_correct_next_step_preds", "loss")

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
          ValueError: The batches lack a feature, the frames are no frames, there is no head, or a
            model that streams has an encoder that sees later frames.
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
        self.ctc, self.text_decoder = self._heads(place)
        self.chunks: ChunkRecognizer | None = None
        if isinstance(self.text_decoder, TransducerHead) and message.transducer.streaming:
            self.chunks = ChunkRecognizer(self.subsampling, self.encoder, self.text_decoder.layer)

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        encoded, labels = self._encode(batch, context), _labels(batch)
        heads = self._heads_by_name().values()
        return self._joined([head.loss(encoded, labels, context) for head in heads], labels)

    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return tf.shape(batch[FRAMES], tf.int64)[0]

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        encoded, labels = self._encode(batch, context), _labels(batch)
        heads = self._heads_by_name().values()
        loss, metrics = self._joined(
            [head.evaluate(encoded, labels, context) for head in heads], labels
        )
        return EvalOutput(metrics | {"loss": (loss.mean, loss.weight)}, examples={})

    def check_input(self, texts: InputTexts) -> list[str]:
        """Checks that the labels are tokens of the heads.

        Raises:
          ValueError: They are not, or they begin or end with a special token.
        """
        if not texts.is_tokenized(LABELS):
            return [
                "nothing says which text the labels stand for: an export and a decoder need a "
                f"tokenize step that makes '{LABELS}'"
            ]
        steps = texts.first_steps(LABELS)
        if steps.prepend_sos or steps.append_eos:
            raise ValueError(
                f"the input adds a token that begins or ends a text to '{LABELS}', which are those of the "
                "text alone. Remove its prepend_sos and append_eos steps."
            )
        size = _core.Tokenizer(texts.tokenizer(LABELS).SerializeToString()).vocab_size
        for name, head in self._heads_by_name().items():
            if size > head.vocab_size:
                raise ValueError(
                    f"the tokenizer of '{LABELS}' has {size} tokens, vocab_size of {name} is "
                    f"{head.vocab_size}. Make it {size}."
                )
            head.check_input(texts)
        return []

    def recognize(
        self, frames: tf.Tensor, lengths: tf.Tensor, rounded: RoundedKernels | None = None
    ) -> Recognitions:
        """Returns the texts of utterances.

        Args:
          frames: float32 [batch, time, features].
          lengths: int32 [batch].
          rounded: As for SpeechHead.recognize.
        """
        # Layers need not take a batch without a frame, as that of sounds that are too short for one.
        missing = tf.maximum(1 - tf.shape(frames)[1], 0)
        frames = tf.pad(frames, [[0, 0], [0, missing], [0, 0]])
        batch = {FRAMES: frames, f"{FRAMES}_length": lengths}
        encoded = self._encode(batch, StepContext.for_evaluation(seed=0))
        return self._finder.recognize(encoded, rounded)

    def decoder(self, texts: InputTexts) -> Decoder:
        return SpeechDecoder(self.recognize, texts.tokenizer(LABELS), self._finder.search)

    def servable(self, texts: InputTexts) -> Servable:
        return SpeechServable(
            self, SoundPreparation(texts.steps(), FRAMES), texts.tokenizer(LABELS)
        )

    def _heads(self, place: Place) -> tuple[CtcHead | None, SpeechHead | None]:
        ctc = decoder = None
        shape = self.encoder.output_shape
        if self.message.HasField("ctc"):
            ctc = CtcHead(self.message.ctc, place.at("ctc", shape))
        if self.message.HasField("attention_decoder"):
            decoder = AttentionHead(
                self.message.attention_decoder,
                place.at("attention_decoder", shape),
                memory_shape=shape,
                ctc=None if ctc is None else ctc.layer,
            )
        if self.message.HasField("transducer"):
            decoder = TransducerHead(self.message.transducer, place.at("transducer", shape))
        if ctc is None and decoder is None:
            raise ValueError(
                "speech_recognition: nothing makes texts of the encoder's output. Set ctc, "
                "attention_decoder or transducer."
            )
        return ctc, decoder

    def _heads_by_name(self) -> dict[str, SpeechHead]:
        heads = {"ctc": self.ctc, self.message.WhichOneof("decoder"): self.text_decoder}
        return {name: head for name, head in heads.items() if head is not None}

    @property
    def _finder(self) -> SpeechHead:
        """The head that finds the texts."""
        return list(self._heads_by_name().values())[-1]

    def _encode(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> Memory:
        x = tf.cast(batch[FRAMES], self.place.compute_dtype)
        layout = SequenceLayout.of_lengths(batch[f"{FRAMES}_length"], tf.shape(x)[1])
        if self.spec_augment is not None:
            x = self.spec_augment(x, layout, context)
        if self.subsampling is not None:
            x, layout = self.subsampling(x, layout, context), self.subsampling.output_layout(layout)
        return Memory(self.encoder(x, layout, context), layout)

    def _joined(
        self, results: Sequence[tuple[Loss, WeightedMetrics]], labels: Labels
    ) -> tuple[Loss, WeightedMetrics]:
        """Joins the losses and the metrics of the heads."""
        losses, metrics = [loss for loss, _ in results], {}
        for _, of_head in results:
            metrics |= of_head
        utterances = tf.cast(tf.size(labels.lengths), tf.float32)
        metrics["num_examples_in_batch"] = (utterances, tf.ones([]))
        if len(losses) == 1:
            return losses[0], metrics
        ctc, decoder = losses
        share = self.message.ctc_weight
        total = share * ctc.total + (1 - share) * decoder.total
        return Loss(total, decoder.weight), metrics


def _labels(batch: Mapping[str, tf.Tensor]) -> Labels:
    return Labels(batch[LABELS], batch[f"{LABELS}_length"])
