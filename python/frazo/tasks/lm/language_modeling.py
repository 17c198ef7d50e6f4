"""Models of texts."""

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf
from frazo import _core
from frazo.decode.search import Results
from frazo.input.input_texts import InputTexts
from frazo.input.tokenizer_files import with_places
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.smoothed_cross_entropy import cross_entropies
from frazo.layers.step_context import StepContext
from frazo.learn.loss import Loss
from frazo.models.language_model import LanguageModel
from frazo.models.token_model import Tokens
from frazo.proto import language_modeling_pb2, tokenizer_pb2
from frazo.registry import build, register
from frazo.tasks.lm.continuation_decoder import ContinuationDecoder
from frazo.tasks.lm.language_servable import LanguageServable, ScoredTexts
from frazo.tasks.lm.text_sizes import TextSizes
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
from frazo.tasks.sequence.token_search import Given, Outputs, continue_tokens
from frazo.tasks.task import EvalOutput, Task, WeightedMetrics
from google.protobuf import text_format

_TOKENS, _LABELS, _TEXT = "tokens", "labels", "text"
_Modeling = language_modeling_pb2.LanguageModeling


class _Predicted(NamedTuple):
    """What the softmax gets for a batch.

    Attributes:
      features: [batch, time, units], the input of the softmax.
      labels: int32 [batch, time].
      layout: The layout of both.
    """

    features: tf.Tensor
    labels: tf.Tensor
    layout: SequenceLayout


@register(language_modeling_pb2.LanguageModeling)
class LanguageModeling(Task):
    """Predicts each token of a text from those before it.

    The batches have tokens and labels, int32 [batch, time], each with NAME_length, int32 [batch]:
    the number of tokens of a row. The other positions of a row are padding, which changes nothing.
    tokens begins with sos_id. labels has the token that follows each of tokens, the last of which
    ends the text.

    Packed batches have NAME_segment_ids and NAME_segment_pos, int32 [batch, time], instead of
    NAME_length. Each segment is a text.

    Batches that are not packed may have text, bytes [batch]: what the tokens were made of. The
    metrics of TextSizes are then computed, too, which do not depend on the tokenizer.
    """

    headline = ("bits_per_byte", "log_pplx")

    def __init__(
        self,
        message: language_modeling_pb2.LanguageModeling,
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
          ValueError: The batches lack a feature, the search does not take logits, or is longer than
            the model's table of positions.
        """
        super().__init__(message, place, input_spec=input_spec)
        require_token_features(input_spec, (_TOKENS, _LABELS), "language_modeling")
        self.model: LanguageModel = build(message.model, place=place.at("model"))
        table = "model.body.transformer_stack.positions"
        check_search("language_modeling", message.search, self.model.body.max_length, table)

    def loss(
        self, batch: Mapping[str, tf.Tensor], context: StepContext
    ) -> tuple[Loss, WeightedMetrics]:
        """Computes the cross entropy in nats, smoothed and with z_loss, added up as message.loss
        says.

        The metrics are log_pplx, the mean cross entropy of a token without smoothing and z_loss,
        num_predictions, the number of tokens, num_examples_in_batch, the number of texts, and those
        of TextSizes. A sampled softmax estimates them.
        """
        predicted = self._predicted(batch, context)
        losses = self.model.losses(
            predicted.features,
            predicted.labels,
            context,
            smoothing=self.message.label_smoothing,
            z_loss=self.message.z_loss,
        )
        return self._loss_and_metrics(TokenLosses(losses, predicted.layout), batch)

    def num_examples(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor:
        return tf.cast(num_sequences(token_layout(batch, _TOKENS)), tf.int64)

    def evaluate(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> EvalOutput:
        """Computes the metrics of `loss` and fraction_of_correct_next_step_preds.

        There are no results per example.
        """
        features, labels, layout = self._predicted(batch, context)
        logits = self.model.logits(features, context)
        entropies = cross_entropies(
            logits, labels, smoothing=self.message.label_smoothing, z_loss=self.message.z_loss
        )
        losses = TokenLosses(entropies, layout)
        loss, metrics = self._loss_and_metrics(losses, batch)
        metrics["loss"] = (loss.mean, loss.weight)
        metrics["fraction_of_correct_next_step_preds"] = losses.correct_predictions(logits, labels)
        return EvalOutput(metrics, examples={})

    def generate(self, search: tf.Tensor, given: Given) -> Results:
        """Continues texts in the graph.

        Args:
          search: string [], a serialized frazo.Search of logits.
          given: The tokens that texts begin with, one row for each text, and seeds.

        Returns:
          Results of tensors. The tokens begin with the given ones.
        """
        outputs = Outputs(self.model.vocab_size, self.message.sos_id, given)
        count = tf.shape(given.prefixes)[0]
        return continue_tokens(self.model, count, search, outputs, PackedKernels())

    def score(self, tokens: tf.Tensor, lengths: tf.Tensor) -> ScoredTexts:
        """Computes the probabilities of given texts, as `loss` does without smoothing.

        Args:
          tokens: int32 [batch, time], the texts, without the tokens that begin and end them.
          lengths: int32 [batch], the number of tokens of each.

        Returns:
          The scores of the tokens, each with the token that ends it.
        """
        rows, time = tf.unstack(tf.shape(tokens))
        ends = tf.range(time + 1)[tf.newaxis] == lengths[:, tf.newaxis]
        begin = tf.fill([rows, 1], self.message.sos_id)
        labels = tf.where(ends, self.message.search.eos_id, tf.pad(tokens, [[0, 0], [0, 1]]))
        lengths += 1
        batch = {_TOKENS: tf.concat([begin, tokens], 1), _LABELS: labels}
        batch |= {f"{_TOKENS}_length": lengths, f"{_LABELS}_length": lengths}
        return self._scored(batch)

    def decoder(self, texts: InputTexts) -> ContinuationDecoder:
        search = self.message.search
        if search.HasField("scoring"):
            raise ValueError(
                "language_modeling: search.scoring continues no text. Choose another search, or evaluate "
                "the input instead (--job=evaler_NAME)."
            )
        share = self.message.prompt_share
        serialized = tf.constant(search.SerializeToString(deterministic=True))
        return ContinuationDecoder(
            lambda given: self.generate(serialized, given),
            lambda batch: self._scored(batch).scores.scores,
            f"{text_format.MessageToString(search, as_one_line=True)} prompt_share: {share:g}",
            _core.Tokenizer(self._tokenizer(texts).SerializeToString()),
            prompt_share=share,
            max_length=search.max_length,
        )

    def servable(self, texts: InputTexts) -> LanguageServable:
        return LanguageServable(self, self._tokenizer(texts))

    def check_input(self, texts: InputTexts) -> list[str]:
        """Compares sos_id, search.eos_id and the table of positions with what the input makes."""
        specials = Specials("language_modeling", self.message.sos_id, self.message.search.eos_id)
        check_first_token(texts, _TOKENS, specials)
        check_last_token(texts, _LABELS, specials)
        check_unknown_token(texts, _LABELS, specials)
        table = "task.language_modeling.model.body.transformer_stack.positions.learned.max_length"
        check_longest(texts, _TOKENS, self.model.body.max_length, table)
        if texts.is_tokenized(_LABELS) or not self.message.HasField("tokenizer"):
            return []
        try:
            check_task_tokenizer(self.message.tokenizer, specials)
        except FileNotFoundError as problem:
            return [f"the model can be trained, but not exported: {problem}"]
        return []

    def _tokenizer(self, texts: InputTexts) -> tokenizer_pb2.Tokenizer:
        """Returns the tokenizer of the model's outputs, with the paths of its files.

        Raises:
          ValueError: There is none, or it does not fit the input or the model.
        """
        self.check_input(texts)
        if texts.is_tokenized(_LABELS) or not self.message.HasField("tokenizer"):
            tokenizer = texts.tokenizer(_LABELS)
        else:
            tokenizer = with_places(self.message.tokenizer, "task.language_modeling.tokenizer")
        known = _core.Tokenizer(tokenizer.SerializeToString()).vocab_size
        if known < self.model.vocab_size:
            raise ValueError(
                f"the model outputs {self.model.vocab_size} tokens, but the tokenizer of '{_LABELS}' "
                f"knows {known}. Give the embedding the size of the tokenizer's vocabulary, and train "
                "again."
            )
        return tokenizer

    def _scored(self, batch: Mapping[str, tf.Tensor]) -> ScoredTexts:
        """Computes the probabilities of the labels of a batch that is not packed."""
        context = StepContext.for_evaluation(seed=0)
        features, labels, layout = self._predicted(batch, context)
        logits = self.model.logits(features, context)
        best = tf.argmax(logits, axis=-1, output_type=tf.int32)
        # Minus 0 would show.
        scores = tf.where(layout.mask, 0.0 - cross_entropies(logits, labels).plain, 0.0)
        lengths = batch[f"{_LABELS}_length"]
        return ScoredTexts(TokenScores(labels, scores, lengths), (best == labels) & layout.mask)

    def _predicted(self, batch: Mapping[str, tf.Tensor], context: StepContext) -> _Predicted:
        layout = token_layout(batch, _TOKENS)
        vocab_size = self.model.vocab_size
        same_layout = require_same_layout(
            layout,
            token_layout(batch, _LABELS),
            "Tokens and labels of a text differ in length. Make both of the same tokens, the tokens "
            "with prepend_sos and the labels with append_eos.",
        )
        with tf.control_dependencies([same_layout]):
            labels = real_ids(batch[_LABELS], layout.mask, vocab_size, _LABELS)
            ids = real_ids(batch[_TOKENS], layout.mask, vocab_size, _TOKENS)
        features, _ = self.model.features(Tokens(ids, layout), context)
        return _Predicted(features, labels, layout)

    def _loss_and_metrics(
        self, losses: TokenLosses, batch: Mapping[str, tf.Tensor]
    ) -> tuple[Loss, WeightedMetrics]:
        total, cross_entropy = (tf.reduce_sum(each * losses.weights) for each in losses.losses)
        tokens = tf.reduce_sum(losses.weights)
        texts = tf.cast(num_sequences(losses.layout), tf.float32)
        weights = {
            _Modeling.MEAN_PER_TOKEN: tokens,
            _Modeling.SUM_PER_SEQUENCE: texts,
            _Modeling.SUM_PER_BATCH: tf.ones([]),
            _Modeling.MEAN_PER_POSITION: tf.cast(tf.size(losses.weights), tf.float32),
        }
        metrics = {
            "log_pplx": (Loss(cross_entropy, tokens).mean, tokens),
            "num_predictions": (tokens, tf.ones([])),
            "num_examples_in_batch": (texts, tf.ones([])),
        }
        if _TEXT in batch:
            metrics |= TextSizes.of(batch[_TEXT]).metrics(cross_entropy)
        return Loss(total, weights[self.message.loss]), metrics
