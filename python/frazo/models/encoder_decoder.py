"""Models of an encoder and of a decoder that attends to the encoder's output."""

import abc
from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf

# Imported for its side effect: it binds itself to its message.
from frazo.layers import sampled_softmax  # noqa: F401
from frazo.layers.embedding import Embedding
from frazo.layers.place import Place
from frazo.layers.sequence_layer import (
    AttendingLayer,
    Memory,
    SequenceLayer,
    State,
    TokenDecoder,
)
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.token_model import TokenModel, Tokens
from frazo.registry import build, unwrap


class Frames(NamedTuple):
    """A source that is frames, such as those of speech.

    Attributes:
      values: float32 [batch, time, features].
      layout: The layout of `values`.
    """

    values: tf.Tensor
    layout: SequenceLayout


class EncoderDecoder(tf.Module, TokenDecoder):
    """Maps source ids or source frames to a distribution over target ids.

    The variables lie below source_embedding if the source is ids, below target_embedding unless the
    source's table serves the target, too, below encoder and decoder, and below softmax unless the
    target's table, transposed, is the softmax.

    Attributes:
      token_model: Maps the target's ids and a memory to the distribution.
    """

    def __init__(self, message: Any, place: Place):
        """Makes the layers.

        Args:
          message: A message with the fields source_embedding, source_features, target_embedding,
            encoder and decoder, and a oneof `output`.
          place: The root of the model. Its input shape is not used.

        Raises:
          ValueError: The source is frames, and the target has no table of its own.
        """
        super().__init__()
        self.message = message
        self.path = place.path
        self.compute_dtype = place.compute_dtype
        self.source_embedding = None
        source_shape = (None, None, message.source_features)
        if message.HasField("source_embedding"):
            self.source_embedding = Embedding(
                message.source_embedding, place.at("source_embedding", (None, None))
            )
            source_shape = self.source_embedding.output_shape
        self.target_embedding = self.source_embedding
        if message.HasField("target_embedding"):
            self.target_embedding = Embedding(
                message.target_embedding, place.at("target_embedding", (None, None))
            )
        if self.target_embedding is None:
            raise ValueError(
                f"{place.path}: the source is frames, so there is no table for the target's ids. "
                "Set target_embedding."
            )
        self.encoder = self._make_encoder(place.at("encoder", source_shape))
        self.decoder = self._make_decoder(
            self.encoder.output_shape, place.at("decoder", self.target_embedding.output_shape)
        )
        self.softmax = None
        if message.WhichOneof("output") is not None:
            _, classifier = unwrap(message, "output")
            self.softmax = build(
                classifier, place=place.at("softmax", (None, self.decoder.output_shape[-1]))
            )
        self.token_model = TokenModel(self.target_embedding, self.decoder, self.softmax)

    @property
    def source_vocab_size(self) -> int | None:
        """The number of ids of the source; None if the source is frames."""
        return None if self.source_embedding is None else self.source_embedding.message.vocab_size

    @property
    def target_vocab_size(self) -> int:
        """The number of classes of the logits."""
        return self.token_model.vocab_size

    def encode(self, source: Tokens | Frames, context: StepContext) -> Memory:
        """Returns the encoder's output for a batch of sources.

        Raises:
          TypeError: The source is ids and the model was made for frames, or the other way round.
        """
        embedding = self.source_embedding
        if isinstance(source, Frames) and embedding is None:
            x = tf.cast(source.values, self.compute_dtype)
        elif isinstance(source, Tokens) and embedding is not None:
            x = embedding.vectors(source.ids)
        else:
            expected = "Frames" if embedding is None else "Tokens"
            raise TypeError(
                f"{self.path}: the source is {type(source).__name__}, but the model was made for "
                f"{expected}. Set source_embedding for ids, and source_features for frames."
            )
        return Memory(self.encoder(x, source.layout, context), source.layout)

    def decode(
        self, target: Tokens, memory: Memory, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Computes the logits at every token of the targets.

        Args:
          target: The target tokens.
          memory: The encoder's output.
          context: The context of the step.

        Returns:
          The logits of the token that follows each target token, float32 [batch, time,
          target_vocab_size], and the probabilities that the decoder's `attend` returns.
        """
        features, probabilities = self.token_model.features(target, context, memory)
        return self.token_model.logits(features, context), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return self.token_model.memory_cache(memory, context)

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        return self.token_model.init_state(rows, memory_cache)

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """Maps ids x, int32 [rows], to logits of the next tokens, [rows, target_vocab_size]."""
        return self.token_model.step(state, x, memory_cache, context)

    def probabilities(self, state: State) -> tf.Tensor | None:
        """Returns the probabilities of attention to the memory; see AttendingLayer."""
        return self.token_model.probabilities(state)

    @abc.abstractmethod
    def _make_encoder(self, place: Place) -> SequenceLayer: ...

    @abc.abstractmethod
    def _make_decoder(self, memory_shape: Sequence[int | None], place: Place) -> AttendingLayer:
        """Makes the decoder for an encoder's output of `memory_shape`."""
