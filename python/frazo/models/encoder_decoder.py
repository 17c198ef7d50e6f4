"""What models of an encoder, and a decoder that attends to its output, have in common."""

import abc
from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf
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
from frazo.layers.softmax import Softmax
from frazo.layers.step_context import StepContext


class Tokens(NamedTuple):
    """ids: int32 [batch, time]. layout: of ids."""

    ids: tf.Tensor
    layout: SequenceLayout


class EncoderDecoder(tf.Module, TokenDecoder):
    """Source ids to a distribution over target ids.

    Variables: source_embedding, target_embedding unless the source's table serves both, encoder,
    decoder, and softmax unless it is the target's table, transposed.

    message: has fields of these names. place: has no input shape; all models take ids.
    """

    def __init__(self, message: Any, place: Place):
        super().__init__()
        self.message = message
        self.path = place.path
        self.source_embedding = Embedding(
            message.source_embedding, place.at("source_embedding", (None, None))
        )
        self.target_embedding = self.source_embedding
        if message.HasField("target_embedding"):
            self.target_embedding = Embedding(
                message.target_embedding, place.at("target_embedding", (None, None))
            )
        self.encoder = self._make_encoder(place.at("encoder", self.source_embedding.output_shape))
        self.decoder = self._make_decoder(
            self.encoder.output_shape, place.at("decoder", self.target_embedding.output_shape)
        )
        self.softmax = None
        if message.HasField("softmax"):
            self.softmax = Softmax(
                message.softmax, place.at("softmax", (None, self.decoder.output_shape[-1]))
            )

    @property
    def source_vocab_size(self) -> int:
        """Ids of the source."""
        return self.message.source_embedding.vocab_size

    @property
    def target_vocab_size(self) -> int:
        """Classes of the logits."""
        if self.softmax is None:
            return self.target_embedding.message.vocab_size
        return self.message.softmax.num_classes

    def encode(self, source: Tokens, context: StepContext) -> Memory:
        x = self.source_embedding(source.ids, context)
        return Memory(self.encoder(x, source.layout, context), source.layout)

    def decode(
        self, target: Tokens, memory: Memory, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Logits of the token that follows each target token, [batch, time, target_vocab_size], and
        the probabilities of attention to the memory, as of the decoder's attend."""
        x = self.target_embedding(target.ids, context)
        x, probabilities = self.decoder.attend(x, target.layout, context, memory)
        shape = tf.shape(target.ids)
        logits = self._logits(tf.reshape(x, [-1, x.shape[-1]]), context)
        return tf.reshape(logits, [shape[0], shape[1], self.target_vocab_size]), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return self.decoder.memory_cache(memory, context)

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        return self.decoder.init_state(rows, memory_cache)

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """The logits of what follows the ids x, int32 [rows]: [rows, target_vocab_size]."""
        vectors = self.target_embedding(x, context)
        state, y = self.decoder.step(state, vectors, memory_cache, context)
        return state, self._logits(y, context)

    def probabilities(self, state: State) -> tf.Tensor | None:
        """As of AttendingLayer."""
        return self.decoder.probabilities(state)

    @abc.abstractmethod
    def _make_encoder(self, place: Place) -> SequenceLayer: ...

    @abc.abstractmethod
    def _make_decoder(self, memory_shape: Sequence[int | None], place: Place) -> AttendingLayer:
        """memory_shape: of the encoder's output."""

    def _logits(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        if self.softmax is not None:
            return self.softmax(x, context)
        return context.multiply(x, self.target_embedding.table, transposed=True)
