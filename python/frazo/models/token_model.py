"""The model of a distribution over the token that follows each token of a sequence."""

from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf
from frazo import ops
from frazo.layers.cut_cross_entropy import cut_cross_entropies
from frazo.layers.embedding import Embedding
from frazo.layers.sampled_softmax import SampledSoftmax
from frazo.layers.sequence_layer import AttendingLayer, Memory, SequenceLayer, State, TokenDecoder
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.smoothed_cross_entropy import cross_entropies
from frazo.layers.softmax import Softmax
from frazo.layers.step_context import StepContext
from frazo.shard.axis_group import AxisGroup
from frazo.shard.mesh import Range
from frazo.shard.replicated import enter, join


class Tokens(NamedTuple):
    """The ids of a batch of sequences.

    Attributes:
      ids: int32 [batch, time]. All ids are in the vocabulary, those of padding, too.
      layout: The layout of `ids`.
    """

    ids: tf.Tensor
    layout: SequenceLayout


class TokenModel(tf.Module, TokenDecoder):
    """softmax(body(embedding(ids))): a language model, or the decoder of an encoder-decoder.

    It is made of layers and has no message. The variables are those of the layers.
    """

    def __init__(
        self,
        embedding: Embedding,
        body: SequenceLayer,
        softmax: Softmax | SampledSoftmax | None,
    ):
        """Joins the layers.

        Args:
          embedding: The embedding of the ids.
          body: A sequence layer that is also a TokenDecoder.
          softmax: The classifier over the ids. None: the embedding's table, transposed, is the
            softmax (Press and Wolf 2017).

        Raises:
          TypeError: `body` is not a TokenDecoder.
        """
        super().__init__()
        if not isinstance(body, TokenDecoder):
            raise TypeError(
                f"{body.path}: {type(body).__name__} does not go token by token, as a token model "
                "must. Derive it from frazo.layers.sequence_layer.TokenDecoder, too."
            )
        self.embedding = embedding
        self.body = body
        self.softmax = softmax
        if softmax is None:
            embedding.is_read_whole = True

    @property
    def vocab_size(self) -> int:
        """The number of classes of the logits."""
        if self.softmax is None:
            return self.embedding.message.vocab_size
        return self.softmax.message.num_classes

    def features(
        self, tokens: Tokens, context: StepContext, memory: Memory | None = None
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Computes the input of the softmax.

        Args:
          tokens: The tokens.
          context: The context of the step.
          memory: The encoder's output for a body that attends.

        Returns:
          The features, [batch, time, units], and the probabilities of attention to the memory; see
          AttendingLayer.attend. They are None if the body does not attend.
        """
        x = self.embedding.vectors(tokens.ids)
        if isinstance(self.body, AttendingLayer):
            return self.body.attend(x, tokens.layout, context, memory)
        return self.body(x, tokens.layout, context, memory), None

    def logits(self, features: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Maps features, [batch, time, units], to float32 [batch, time, vocab_size]."""
        batch, time = tf.unstack(tf.shape(features)[:2])
        logits = self._classify(tf.reshape(features, [-1, features.shape[-1]]), context)
        return tf.reshape(logits, [batch, time, self.vocab_size])

    def losses(
        self,
        features: tf.Tensor,
        labels: tf.Tensor,
        context: StepContext,
        *,
        smoothing: float = 0.0,
        z_loss: float = 0.0,
    ) -> ops.CrossEntropies:
        """Computes the cross entropies with the labels.

        A SampledSoftmax samples the classes in training.

        Args:
          features: [batch, time, units].
          labels: int32 [batch, time].
          context: The context of the step.
          smoothing: The share of the probability that label smoothing moves to the other classes.
          z_loss: See ops.cross_entropies.

        Returns:
          The losses in nats, each float32 [batch, time]. Those of sampled classes are estimates.
          They are zeros in stages of a pipeline that do not have the softmax.

        Raises:
          ValueError: `smoothing` or `z_loss` is not 0, and a SampledSoftmax samples the classes.
        """
        pipeline = self.embedding.place.mesh.pipeline
        if pipeline is not None and not pipeline.is_last:
            zeros = tf.zeros(tf.shape(labels))
            return ops.CrossEntropies(zeros, zeros)
        if not isinstance(self.softmax, SampledSoftmax) or not context.training:
            if group := self._vocab_group:
                return self._cut_losses(
                    features, labels, context, group, {"smoothing": smoothing, "z_loss": z_loss}
                )
            logits = self.logits(features, context)
            return cross_entropies(logits, labels, smoothing=smoothing, z_loss=z_loss)
        if smoothing:
            raise ValueError(
                f"{self.softmax.path}: a sampled softmax computes the probabilities of a few "
                "classes, so labels cannot be smoothed. Remove label_smoothing, or use softmax."
            )
        if z_loss:
            raise ValueError(
                f"{self.softmax.path}: a sampled softmax only estimates the sum of exp of the logits, "
                "so it has no z_loss. Remove z_loss, or use softmax."
            )
        rows = tf.reshape(features, [-1, features.shape[-1]])
        losses = self.softmax.sampled_cross_entropy(rows, tf.reshape(labels, [-1]), context)
        losses = tf.reshape(losses, tf.shape(labels))
        return ops.CrossEntropies(losses, tf.stop_gradient(losses))

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return self.body.memory_cache(memory, context)

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        return self.body.init_state(rows, memory_cache)

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """Maps ids x, int32 [rows], to logits of the next tokens, [rows, vocab_size]."""
        state, y = self.body.step(state, self.embedding.vectors(x), memory_cache, context)
        return state, self._classify(y, context)

    def probabilities(self, state: State) -> tf.Tensor | None:
        """Returns AttendingLayer.probabilities; None if the body does not attend."""
        return self.body.probabilities(state) if isinstance(self.body, AttendingLayer) else None

    @property
    def _vocab_group(self) -> AxisGroup | None:
        """The processes between which the classes are cut."""
        return self.embedding.place.mesh.group("vocab")

    def _cut_losses(
        self,
        features: tf.Tensor,
        labels: tf.Tensor,
        context: StepContext,
        group: AxisGroup,
        settings: Mapping[str, float],
    ) -> ops.CrossEntropies:
        """Computes the losses without gathering the logits."""
        rows = tf.reshape(features, [-1, features.shape[-1]])
        if isinstance(self.softmax, Softmax):
            logits = self.softmax.own_logits(rows, context)
        else:
            logits = self._tied_logits(enter(tf.cast(rows, tf.float32), group), context)
        own = Range(group.rank * logits.shape[1], logits.shape[1])
        losses = cut_cross_entropies(logits, tf.reshape(labels, [-1]), own, group, **settings)
        return ops.CrossEntropies(*(tf.reshape(each, tf.shape(labels)) for each in losses))

    def _classify(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        if self.softmax is not None:
            return self.softmax(x, context)
        group = self._vocab_group
        return join(self._tied_logits(enter(tf.cast(x, tf.float32), group), context), group)

    def _tied_logits(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return context.multiply(x, self.embedding.table, transposed=True)
