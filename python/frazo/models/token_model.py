"""A distribution over the token that follows each token of a sequence."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.embedding import Embedding
from frazo.layers.sampled_softmax import SampledSoftmax
from frazo.layers.sequence_layer import AttendingLayer, Memory, SequenceLayer, State, TokenDecoder
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.smoothed_cross_entropy import smoothed_cross_entropy
from frazo.layers.softmax import Softmax
from frazo.layers.step_context import StepContext


class Tokens(NamedTuple):
    """ids: int32 [batch, time], all of them in the vocabulary, padding too. layout: of ids."""

    ids: tf.Tensor
    layout: SequenceLayout


class TokenModel(tf.Module, TokenDecoder):
    """softmax(body(embedding(ids))): a language model by itself, or the decoder of an encoder-decoder.

    It is made of layers and has no message. Variables: theirs, by their own paths.
    """

    def __init__(
        self,
        embedding: Embedding,
        body: SequenceLayer,
        softmax: Softmax | SampledSoftmax | None,
    ):
        """
        Args:
          embedding: of the ids.
          body: also a TokenDecoder, or else Raises TypeError.
          softmax: over the ids; None: the transposed table of the embedding (Press and Wolf 2017).
        """
        super().__init__()
        if not isinstance(body, TokenDecoder):
            raise TypeError(
                f"{body.path}: {type(body).__name__} does not go token by token, but a token model is "
                "decoded so. Derive it from frazo.layers.sequence_layer.TokenDecoder, too."
            )
        self.embedding = embedding
        self.body = body
        self.softmax = softmax

    @property
    def vocab_size(self) -> int:
        """Classes of the logits."""
        if self.softmax is None:
            return self.embedding.message.vocab_size
        return self.softmax.message.num_classes

    def features(
        self, tokens: Tokens, context: StepContext, memory: Memory | None = None
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """What the softmax classifies, [batch, time, units], and the probabilities of attention to the
        memory, as of AttendingLayer.attend; None if the body does not attend."""
        x = self.embedding.vectors(tokens.ids)
        if isinstance(self.body, AttendingLayer):
            return self.body.attend(x, tokens.layout, context, memory)
        return self.body(x, tokens.layout, context, memory), None

    def logits(self, features: tf.Tensor, context: StepContext) -> tf.Tensor:
        """[batch, time, units] to float32 [batch, time, vocab_size]."""
        batch, time = tf.unstack(tf.shape(features)[:2])
        logits = self._classify(tf.reshape(features, [-1, features.shape[-1]]), context)
        return tf.reshape(logits, [batch, time, self.vocab_size])

    def losses(
        self, features: tf.Tensor, labels: tf.Tensor, context: StepContext, *, smoothing: float
    ) -> tf.Tensor:
        """The cross entropies with the labels, int32 [batch, time], in nats: [batch, time].

        A SampledSoftmax samples the classes in training. Raises ValueError if it is to smooth labels.
        """
        if not isinstance(self.softmax, SampledSoftmax) or not context.training:
            return smoothed_cross_entropy(
                self.logits(features, context), labels, smoothing=smoothing
            )
        if smoothing:
            raise ValueError(
                f"{self.softmax.path}: a sampled softmax knows the probabilities of a few classes, and "
                "labels cannot be smoothed over all. Remove label_smoothing, or use softmax."
            )
        rows = tf.reshape(features, [-1, features.shape[-1]])
        losses = self.softmax.sampled_cross_entropy(rows, tf.reshape(labels, [-1]), context)
        return tf.reshape(losses, tf.shape(labels))

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return self.body.memory_cache(memory, context)

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        return self.body.init_state(rows, memory_cache)

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """The logits of what follows the ids x, int32 [rows]: [rows, vocab_size]."""
        state, y = self.body.step(state, self.embedding.vectors(x), memory_cache, context)
        return state, self._classify(y, context)

    def probabilities(self, state: State) -> tf.Tensor | None:
        """As of AttendingLayer; None if the body does not attend."""
        return self.body.probabilities(state) if isinstance(self.body, AttendingLayer) else None

    def _classify(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        if self.softmax is not None:
            return self.softmax(x, context)
        return context.multiply(tf.cast(x, tf.float32), self.embedding.table, transposed=True)
