"""The head that predicts token after token and attends to the encoder's output."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.decode.search import FinishReason
from frazo.input.input_texts import InputTexts

# Imported for their side effect: each binds itself to its message.
from frazo.layers import transformer_stack  # noqa: F401
from frazo.layers.embedding import Embedding
from frazo.layers.packed_kernels import PackedKernels, RoundedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.smoothed_cross_entropy import cross_entropies
from frazo.layers.softmax import Softmax
from frazo.layers.speech.ctc import ConnectionistTemporalClassification
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.models import rnmt_plus_decoder  # noqa: F401
from frazo.models.token_model import TokenModel, Tokens
from frazo.proto import decoding_weights_pb2, search_pb2, speech_recognition_pb2
from frazo.registry import build, unwrap
from frazo.tasks.asr.joint_model import JointModel
from frazo.tasks.asr.scheduled_sampling import ScheduledSampling
from frazo.tasks.asr.speech_head import Labels, Recognitions, SpeechHead
from frazo.tasks.sequence.sentence_ends import with_ends
from frazo.tasks.sequence.token_agreement import Specials, check_search, check_unknown_token
from frazo.tasks.sequence.token_ids import real_ids
from frazo.tasks.sequence.token_loss import TokenLosses
from frazo.tasks.sequence.token_search import Outputs, search_tokens
from frazo.tasks.task import WeightedMetrics
from google.protobuf import text_format

_NAME = "speech_recognition.attention_decoder"


class AttentionHead(SpeechHead):
    """softmax(decoder(embedding(tokens), encoded)).

    The variables lie below embedding, decoder and softmax. The metrics are log_pplx, without
    smoothing, num_words, the tokens with those that end texts, and in evaluation
    fraction_of_correct_next_step_preds.
    """

    def __init__(
        self,
        message: speech_recognition_pb2.AttentionDecoder,
        place: Place,
        *,
        memory_shape: Sequence[int | None],
        ctc: ConnectionistTemporalClassification | None = None,
    ):
        """Makes the layers.

        Args:
          message: The message.
          place: The place. Its input shape is not used.
          memory_shape: [batch, frames, dim], the shape of the encoder's output.
          ctc: Scores the texts of the search, too, if the message has a weight for it.

        Raises:
          ValueError: The search does not take logits or is longer than a table of positions, the
            softmax and the embedding differ in tokens, or scheduled_sampling ends before it begins.
        """
        super().__init__()
        self.message = message
        self.vocab_size = message.embedding.vocab_size
        if message.softmax.num_classes != self.vocab_size:
            raise ValueError(
                f"{place.path}: the embedding has {self.vocab_size} tokens, the softmax "
                f"{message.softmax.num_classes}. Give both the size of the tokenizer's vocabulary."
            )
        self.search = text_format.MessageToString(message.search, as_one_line=True)
        self._is_int8 = message.decoding_weights == decoding_weights_pb2.DecodingWeights.INT8
        if self._is_int8:
            self.search += " decoding_weights: INT8"
        embedding = Embedding(message.embedding, place.at("embedding", (None, None)))
        kind, layers = unwrap(message, "layers")
        decoder = build(
            layers, place=place.at("decoder", embedding.output_shape), memory_shape=memory_shape
        )
        softmax = Softmax(message.softmax, place.at("softmax", (None, decoder.output_shape[-1])))
        check_search(_NAME, message.search, decoder.max_length, f"{_NAME}.{kind}.positions")
        self.token_model = TokenModel(embedding, decoder, softmax)
        self._joint_model = self._joined(ctc)
        self._sampling = None
        if message.HasField("scheduled_sampling"):
            self._sampling = ScheduledSampling(message.scheduled_sampling, decoder.path)

    def loss(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        features, tokens = self._features(encoded, labels, context)
        losses = self.token_model.losses(
            features, tokens.ids, context, smoothing=self.message.label_smoothing
        )
        return _loss(TokenLosses(losses, tokens.layout))

    def evaluate(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        features, tokens = self._features(encoded, labels, context)
        logits = self.token_model.logits(features, context)
        smoothing = self.message.label_smoothing
        losses = TokenLosses(
            cross_entropies(logits, tokens.ids, smoothing=smoothing), tokens.layout
        )
        loss, metrics = _loss(losses)
        correct = losses.correct_predictions(logits, tokens.ids)
        return loss, metrics | {"fraction_of_correct_next_step_preds": correct}

    def recognize(self, encoded: Memory, rounded: RoundedKernels | None = None) -> Recognitions:
        model, search = self.token_model, self.message.search
        if self._joint_model is not None:
            model, search = self._joint_model, search_pb2.Search()
            search.CopyFrom(self.message.search)
            search.score_kind = search_pb2.Search.LOG_PROBABILITIES
        config = tf.constant(search.SerializeToString(deterministic=True))
        outputs = Outputs(self.vocab_size, self.message.sos_id, usual_search=search)
        kernels = PackedKernels(int8=self._is_int8, rounded=rounded)
        found = search_tokens(model, encoded, config, outputs, kernels)
        ends = tf.cast(found.reasons == FinishReason.EOS, tf.int32)
        lengths = found.lengths - ends
        is_token = tf.sequence_mask(lengths, tf.shape(found.tokens)[-1])
        return Recognitions(
            tf.where(is_token, found.tokens, 0),
            lengths,
            found.normalized,
            found.attention[:, 0],
        )

    def check_input(self, texts: InputTexts) -> None:
        specials = Specials(_NAME, self.message.sos_id, self.message.search.eos_id)
        check_unknown_token(texts, "labels", specials)

    def _joined(self, ctc: ConnectionistTemporalClassification | None) -> JointModel | None:
        """Returns the model of a search by both, or None if the decoder alone ranks texts.

        Raises:
          ValueError: CTC is missing, or has other tokens.
        """
        weight = self.message.ctc_search_weight
        if not weight:
            return None
        if ctc is None or ctc.message.vocab_size != self.vocab_size:
            other = "no CTC" if ctc is None else f"CTC with {ctc.message.vocab_size} tokens"
            raise ValueError(
                f"{_NAME}: ctc_search_weight needs a CTC of the {self.vocab_size} tokens, but there is "
                f"{other}. Make ctc.vocab_size {self.vocab_size}, or remove ctc_search_weight."
            )
        self.search += f", CTC with the weight {weight:.6g}"
        return JointModel(self.token_model, ctc, weight=weight, eos_id=self.message.search.eos_id)

    def _features(
        self, encoded: Memory, labels: Labels, context: StepContext
    ) -> tuple[tf.Tensor, Tokens]:
        """Returns the input of the softmax, [B, longest + 1, units], and the tokens to predict."""
        is_token = tf.sequence_mask(labels.lengths, tf.shape(labels.tokens)[1])
        tokens = real_ids(labels.tokens, is_token, self.vocab_size, "labels")
        ended = with_ends(
            tokens, labels.lengths, sos_id=self.message.sos_id, eos_id=self.message.search.eos_id
        )
        layout = SequenceLayout.of_lengths(labels.lengths + 1, tf.shape(ended.labels)[1])
        inputs = Tokens(ended.inputs, layout)
        if self._sampling is not None and context.training:
            inputs = self._with_guesses(self._sampling, inputs, encoded, context)
        features, _ = self.token_model.features(inputs, context, encoded)
        return features, Tokens(ended.labels, layout)

    def _with_guesses(
        self, sampling: ScheduledSampling, inputs: Tokens, encoded: Memory, context: StepContext
    ) -> Tokens:
        def first_pass() -> tf.Tensor:
            # What layers add to the step is that of the second pass.
            apart = context.apart()
            features, _ = self.token_model.features(inputs, apart, encoded)
            return tf.stop_gradient(self.token_model.logits(features, apart))

        return inputs._replace(ids=sampling.inputs(inputs.ids, first_pass, context))


def _loss(losses: TokenLosses) -> tuple[Loss, WeightedMetrics]:
    loss, metrics = losses.loss_and_metrics(sums_per_sequence=False)
    del metrics["num_examples_in_batch"]
    return loss, metrics
