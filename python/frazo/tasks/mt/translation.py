"""Translation of sentences."""

import functools
from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf
from frazo.decode.search import Results
from frazo.input.input_texts import InputTexts
from frazo.layers.packed_kernels import PackedKernels, RoundedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.smoothed_cross_entropy import cross_entropies
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss

# Imported for their side effect: each binds itself to its message.
from frazo.models import rnmt_plus, transformer  # noqa: F401
from frazo.models.encoder_decoder import EncoderDecoder
from frazo.models.token_model import Tokens
from frazo.proto import decoding_weights_pb2, search_pb2, translation_pb2
from frazo.registry import build, register, unwrap
from frazo.tasks.mt.translation_decoder import TranslationDecoder
from frazo.tasks.mt.translation_servable import TranslationServable
from frazo.tasks.sequence.sentence_ends import with_ends
from frazo.tasks.sequence.text_tokenizers import SOURCE, TARGET, TextTokenizers
from frazo.tasks.sequence.token_agreement import (
    Specials,
    check_first_token,
    check_last_token,
    check_longest,
    check_search,
    check_task_tokenizer,
    check_unknown_token,
)
from frazo.tasks.sequence.token_features import (
    num_sequences,
    require_same_layout,
    require_token_features,
    token_layout,
)
from frazo.tasks.sequence.token_ids import real_ids
from frazo.tasks.sequence.token_loss import TokenLosses
from frazo.tasks.sequence.token_scores import TokenScores
from frazo.tasks.sequence.token_search import NOTHING_GIVEN, Given, Outputs, search_tokens
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics
from google.protobuf import text_format

_SEQUENCES = ("source", "target", "target_labels")


class _Target(NamedTuple):
    """What the softmax gets for a batch of targets.

    Attributes:
      features: [batch, time, units], the input of the softmax.
      labels: int32 [batch, time].
      layout: The layout of both.
    """

    features: tf.Tensor
    labels: tf.Tensor
    layout: SequenceLayout


@register(translation_pb2.Translation)
class Translation(Task):
    """Predicts each token of a target sentence from the source and the tokens before it.

    The batches have source, target and target_labels, int32 [batch, time], each with NAME_length,
    int32 [batch]: the number of tokens of a row. The other positions of a row are padding, which
    changes nothing. source ends with the token that ends sentences. target begins with sos_id.
    target_labels has the token that follows each token of target.

    Packed batches have NAME_segment_ids and NAME_segment_pos, int32 [batch, time], instead of
    NAME_length. They are for training and evaluation only.
    """

    headline = ("bleu",)

    def __init__(
        self,
        message: translation_pb2.Translation,
        place: Place,
        *,
        input_spec: Mapping[str, tf.TensorSpec],
    ):
        """Makes the model.

        Args:
          message: The message.
          place: The root of the model.
          input_spec: The features of the batches.

        Raises:
          ValueError: The batches lack a feature, the search does not take logits, or the model's
            source is frames.
        """
        super().__init__(message, place, input_spec=input_spec)
        require_token_features(input_spec, _SEQUENCES, "translation")
        kind, model = unwrap(message, "model")
        self.model: EncoderDecoder = build(model, place=place.at(kind))
        source_vocab_size = self.model.source_vocab_size
        if source_vocab_size is None:
            raise ValueError(
                f"translation: {kind}.source_features says that the source is frames, but it is ids. "
                "Set source_embedding instead."
            )
        self._kind = kind
        table = f"{kind}.decoder.positions"
        check_search("translation", message.search, self.model.decoder.max_length, table)
        self._source_vocab_size = source_vocab_size

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """Computes the smoothed cross entropy in nats, added up as message.loss says.

        The metrics are those of TokenLosses; log_pplx is without smoothing.
        """
        target = self._target(batch, context)
        losses = self.model.token_model.losses(
            target.features, target.labels, context, smoothing=self.message.label_smoothing
        )
        return self._loss_and_metrics(TokenLosses(losses, target.layout))

    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return tf.cast(num_sequences(token_layout(batch, "target")), tf.int64)

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """Computes the metrics of `loss` and fraction_of_correct_next_step_preds.

        There are no results per example.
        """
        features, labels, layout = self._target(batch, context)
        logits = self.model.token_model.logits(features, context)
        smoothing = self.message.label_smoothing
        losses = TokenLosses(cross_entropies(logits, labels, smoothing=smoothing), layout)
        loss, metrics = self._loss_and_metrics(losses)
        metrics["loss"] = (loss.mean, loss.weight)
        metrics["fraction_of_correct_next_step_preds"] = losses.correct_predictions(logits, labels)
        return EvalOutput(metrics, examples={})

    def decode(
        self,
        source: tf.Tensor,
        source_length: tf.Tensor,
        search: tf.Tensor | None = None,
        given: Given = NOTHING_GIVEN,
        rounded: RoundedKernels | None = None,
    ) -> Results:
        """Searches translations in the graph.

        Args:
          source: int32 [batch, time], as in a batch.
          source_length: int32 [batch], as in a batch.
          search: string [], a serialized frazo.Search of logits. Default: message.search.
          given: The tokens that translations begin with, and seeds.
          rounded: Keeps the rounded weights if message.decoding_weights is INT8. None: they are
            rounded at each call.

        Returns:
          Results of tensors.
        """
        if search is None:
            search = tf.constant(self.message.search.SerializeToString(deterministic=True))
        layout = SequenceLayout.of_lengths(source_length, tf.shape(source)[1])
        memory = self.model.encode(self._source(source, layout), StepContext.for_evaluation(seed=0))
        return search_tokens(
            self.model,
            memory,
            search,
            Outputs(self.model.target_vocab_size, self.message.sos_id, given, self.message.search),
            PackedKernels(int8=self._is_int8, rounded=rounded),
        )

    def score(
        self,
        source: tf.Tensor,
        source_length: tf.Tensor,
        target: tf.Tensor,
        target_length: tf.Tensor,
        rounded: RoundedKernels | None = None,
    ) -> TokenScores:
        """Computes the probabilities of given translations, as `loss` does without smoothing.

        If message.decoding_weights is INT8, they are those that the search sees, token by token,
        and a target has at most search.max_length tokens, with the one that ends it.

        Args:
          source: int32 [batch, time], as in a batch.
          source_length: int32 [batch], as in a batch.
          target: int32 [batch, target_time], the translations, without the tokens that begin and
            end sentences.
          target_length: int32 [batch], the number of tokens of each.
          rounded: As for `decode`.

        Returns:
          The scores of the tokens, each with the token that ends it.
        """
        inputs, labels = with_ends(
            target, target_length, sos_id=self.message.sos_id, eos_id=self.message.search.eos_id
        )
        lengths = target_length + 1
        if self._is_int8:
            return self._searched_scores(source, source_length, Given(labels, lengths), rounded)
        batch = {"source": source, "target": inputs, "target_labels": labels}
        batch |= {"source_length": source_length}
        batch |= {"target_length": lengths, "target_labels_length": lengths}
        context = StepContext.for_evaluation(seed=0)
        features, labels, layout = self._target(batch, context)
        losses = cross_entropies(self.model.token_model.logits(features, context), labels).plain
        # Minus 0 would show.
        return TokenScores(labels, tf.where(layout.mask, 0.0 - losses, 0.0), lengths)

    def _searched_scores(
        self,
        source: tf.Tensor,
        source_length: tf.Tensor,
        targets: Given,
        rounded: RoundedKernels | None,
    ) -> TokenScores:
        search = search_pb2.Search(
            scoring=search_pb2.TargetScoring(),
            eos_id=self.message.search.eos_id,
            max_length=self.message.search.max_length,
        )
        serialized = tf.constant(search.SerializeToString(deterministic=True))
        results = self.decode(source, source_length, serialized, targets, rounded)
        return TokenScores(results.tokens[:, 0], results.token_scores[:, 0], results.lengths[:, 0])

    @property
    def _is_int8(self) -> bool:
        return self.message.decoding_weights == decoding_weights_pb2.DecodingWeights.INT8

    def check_input(self, texts: InputTexts) -> list[str]:
        """Compares sos_id, search.eos_id and the tables of positions with what the input makes."""
        specials = Specials("translation", self.message.sos_id, self.message.search.eos_id)
        check_first_token(texts, "target", specials)
        check_last_token(texts, TARGET, specials)
        check_unknown_token(texts, TARGET, specials)
        positions = f"task.translation.{self._kind}.%s.positions.learned.max_length"
        check_longest(texts, SOURCE, self.model.encoder.max_length, positions % "encoder")
        check_longest(texts, "target", self.model.decoder.max_length, positions % "decoder")
        if not texts.is_tokenized(TARGET):
            return self._check_own_tokenizer(specials)
        try:
            texts.encoding(SOURCE)
        except ValueError as problem:
            return [f"the model can be trained and decoded, but not exported: {problem}"]
        return []

    def decoder(self, texts: InputTexts) -> TranslationDecoder:
        search = text_format.MessageToString(self.message.search, as_one_line=True)
        if self._is_int8:
            search += " decoding_weights: INT8"
        words = translation_pb2.Translation.BleuTokenizer.Name(self.message.bleu_tokenizer)
        if self.message.bleu_tokenizer != translation_pb2.Translation.BLEU_13A:
            search += f" bleu_tokenizer: {words}"
        return TranslationDecoder(
            self.decode,
            search,
            self._tokenizers(texts),
            scores_targets=self.message.search.HasField("scoring"),
            bleu_tokenizer=words.removeprefix("BLEU_").lower(),
        )

    def servable(self, texts: InputTexts) -> TranslationServable:
        tokenizers = self._tokenizers(texts)
        # The graphs of an export share them.
        rounded = RoundedKernels()
        decode = functools.partial(self.decode, rounded=rounded)
        score = functools.partial(self.score, rounded=rounded)
        return TranslationServable(decode, score, self.message.search, tokenizers)

    def _tokenizers(self, texts: InputTexts) -> TextTokenizers:
        self.check_input(texts)
        task_tokenizer = self.message.tokenizer if self.message.HasField("tokenizer") else None
        vocab_size = self.model.target_vocab_size
        return TextTokenizers(texts, task_tokenizer, task="translation", vocab_size=vocab_size)

    def _check_own_tokenizer(self, specials: Specials) -> list[str]:
        if not self.message.HasField("tokenizer"):
            return []
        try:
            check_task_tokenizer(self.message.tokenizer, specials)
        except FileNotFoundError as problem:
            return [f"the model can be trained, but neither decoded nor exported: {problem}"]
        return []

    def _source(self, ids: tf.Tensor, layout: SequenceLayout) -> Tokens:
        return Tokens(real_ids(ids, layout.mask, self._source_vocab_size, "source"), layout)

    def _target(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> _Target:
        layout = token_layout(batch, "target")
        vocab_size = self.model.target_vocab_size
        same_layout = require_same_layout(
            layout,
            token_layout(batch, "target_labels"),
            "A target and its target_labels differ in length. Make both of the same tokens, the target "
            "with prepend_sos and the labels with append_eos.",
        )
        with tf.control_dependencies([same_layout]):
            labels = real_ids(batch["target_labels"], layout.mask, vocab_size, "target_labels")
            target = real_ids(batch["target"], layout.mask, vocab_size, "target")
        source = self._source(batch["source"], token_layout(batch, "source"))
        memory = self.model.encode(source, context)
        tokens = Tokens(target, layout)
        features, _ = self.model.token_model.features(tokens, context, memory)
        return _Target(features, labels, layout)

    def _loss_and_metrics(self, losses: TokenLosses) -> tuple[Loss, WeightedMetrics]:
        sums_up = self.message.loss == translation_pb2.Translation.SUM_PER_SENTENCE
        return losses.loss_and_metrics(sums_per_sequence=sums_up)
