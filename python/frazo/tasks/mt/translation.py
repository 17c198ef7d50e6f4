"""Translation of sentences."""

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf
from frazo.decode.graph_search import graph_search
from frazo.decode.search import Results, Rows, Scores, Sentences
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layer import loop_shapes
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.smoothed_cross_entropy import smoothed_cross_entropy
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss

# Imported for their side effect: each binds itself to its message.
from frazo.models import rnmt_plus, transformer  # noqa: F401
from frazo.models.encoder_decoder import EncoderDecoder, Tokens
from frazo.proto import search_pb2, translation_pb2
from frazo.registry import build, register
from frazo.tasks.mt.translation_decoder import TranslationDecoder
from frazo.tasks.mt.translation_servable import TranslationServable
from frazo.tasks.sequence.text_tokenizers import TextTokenizers
from frazo.tasks.sequence.token_ids import real_ids
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics
from google.protobuf import text_format
from google.protobuf.message import Message

_SEQUENCES = ("source", "target", "target_labels")


class _Predictions(NamedTuple):
    """logits: [batch, time, vocabulary]. labels: int32 [batch, time]. losses: in nats, [batch, time]
    like weights, which are 1 where the target has a token and 0 elsewhere."""

    logits: tf.Tensor
    labels: tf.Tensor
    losses: tf.Tensor
    weights: tf.Tensor


@register(translation_pb2.Translation)
class Translation(Task):
    """The tokens of a target sentence, each predicted from the source and the tokens before it.

    Batches: source, target and target_labels, int32 [batch, time], each with NAME_length, int32
    [batch]: how many of a row are tokens, the rest being padding, which changes nothing. source ends
    with the token that ends sentences; target starts with sos_id, target_labels are the tokens that
    follow those of target.
    """

    def __init__(
        self,
        message: translation_pb2.Translation,
        place: Place,
        *,
        input_spec: Mapping[str, tf.TensorSpec],
    ):
        """Raises ValueError if the batches lack a feature, or the search is not of logits."""
        super().__init__(message, place, input_spec=input_spec)
        _check_features(input_spec)
        if message.search.score_kind != search_pb2.Search.LOGITS:
            raise ValueError(
                "translation: search.score_kind is LOG_PROBABILITIES, but the model gives logits. "
                "Remove it."
            )
        kind = message.WhichOneof("model")
        self.model: EncoderDecoder = build(getattr(message, kind), place=place.at(kind))

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """The smoothed cross entropy, in nats, as message.loss adds it up.

        Metrics: log_pplx, the mean per token of the target; num_words, those tokens, and
        num_examples_in_batch.
        """
        return self._loss_and_metrics(self._predict(batch, context))

    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return tf.shape(batch["target"], tf.int64)[0]

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """fraction_of_correct_next_step_preds beside the metrics of `loss`, and no examples."""
        predictions = self._predict(batch, context)
        best = tf.argmax(predictions.logits, axis=-1, output_type=tf.int32)
        hits = tf.cast(best == predictions.labels, tf.float32) * predictions.weights
        num_words = tf.reduce_sum(predictions.weights)
        correct = tf.math.divide_no_nan(tf.reduce_sum(hits), num_words)
        loss, metrics = self._loss_and_metrics(predictions)
        metrics["loss"] = (loss.mean, loss.weight)
        metrics["fraction_of_correct_next_step_preds"] = (correct, num_words)
        return EvalOutput(metrics, examples={})

    def decode(
        self, source: tf.Tensor, source_length: tf.Tensor, search: tf.Tensor | None = None
    ) -> Results:
        """The translations that a search finds, in the graph; Results of tensors.

        source, source_length: as in a batch. search: string [], a serialized frazo.Search of logits.
        Default: message.search.
        """
        if search is None:
            search = tf.constant(self.message.search.SerializeToString(deterministic=True))
        model, context = self.model, StepContext.for_evaluation(seed=0)
        memory = model.encode(self._source(source, source_length), context)
        cache = model.memory_cache(memory, context)
        kernels = PackedKernels(
            int8=self.message.decoding_weights == translation_pb2.Translation.INT8
        )
        sentences, width = tf.unstack(tf.shape(source))

        def score(rows: Rows, state):
            step_context = StepContext.for_decoding(rows.sentences, kernels)
            state, logits = model.step(state, rows.tokens, cache, step_context)
            return Scores(logits, model.probabilities(state)), state

        state = model.init_state(sentences, cache)
        return graph_search(
            score,
            state,
            search,
            Sentences(sentences, model.target_vocab_size, width, source_length),
            start_token=self.message.sos_id,
            state_shapes=loop_shapes(state),
        )

    def decoder(self, source: Message) -> TranslationDecoder:
        search = text_format.MessageToString(self.message.search, as_one_line=True)
        if self.message.decoding_weights == translation_pb2.Translation.INT8:
            search += " decoding_weights: INT8"
        return TranslationDecoder(self.decode, search, self._tokenizers(source))

    def servable(self, source: Message) -> TranslationServable:
        tokenizers = self._tokenizers(source)
        return TranslationServable(self, self.decode, self.message.search, tokenizers)

    def _tokenizers(self, source: Message) -> TextTokenizers:
        return TextTokenizers(source, self.message, vocab_size=self.model.target_vocab_size)

    def _source(self, ids: tf.Tensor, lengths: tf.Tensor) -> Tokens:
        layout = SequenceLayout.of_lengths(lengths, tf.shape(ids)[1])
        return Tokens(real_ids(ids, layout.mask, self.model.source_vocab_size, "source"), layout)

    def _predict(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> _Predictions:
        layout = SequenceLayout.of_lengths(batch["target_length"], tf.shape(batch["target"])[1])
        vocabulary = self.model.target_vocab_size
        same_lengths = tf.debugging.assert_equal(
            batch["target_length"],
            batch["target_labels_length"],
            message="A target and its target_labels differ in length. Make them of the same tokens, "
            "the target with prepend_sos and the labels with append_eos.",
        )
        with tf.control_dependencies([same_lengths]):
            labels = real_ids(batch["target_labels"], layout.mask, vocabulary, "target_labels")
            target = real_ids(batch["target"], layout.mask, vocabulary, "target")
        memory = self.model.encode(self._source(batch["source"], batch["source_length"]), context)
        logits, _ = self.model.decode(Tokens(target, layout), memory, context)
        losses = smoothed_cross_entropy(logits, labels, smoothing=self.message.label_smoothing)
        return _Predictions(logits, labels, losses, tf.cast(layout.mask, tf.float32))

    def _loss_and_metrics(self, predictions: _Predictions) -> tuple[Loss, WeightedMetrics]:
        total = tf.reduce_sum(predictions.losses * predictions.weights)
        num_words = tf.reduce_sum(predictions.weights)
        sentences = tf.cast(tf.shape(predictions.labels)[0], tf.float32)
        per_word = Loss(total, num_words)
        sums_up = self.message.loss == translation_pb2.Translation.SUM_PER_SENTENCE
        loss = Loss(total, sentences) if sums_up else per_word
        return loss, {
            "log_pplx": (per_word.mean, num_words),
            "num_words": (num_words, tf.ones([])),
            "num_examples_in_batch": (sentences, tf.ones([])),
        }


def _check_features(input_spec: Mapping[str, tf.TensorSpec]) -> None:
    for name in _SEQUENCES:
        for feature in (name, f"{name}_length"):
            if feature not in input_spec:
                raise ValueError(
                    f"translation: the batches have no feature '{feature}', but "
                    f"{', '.join(sorted(input_spec))}. Name the input's tokenized fields "
                    f"{', '.join(_SEQUENCES)}, and don't pack them."
                )
