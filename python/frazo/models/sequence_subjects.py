"""Sequence layers and models behind one interface, for the conformance suite."""

import abc
from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf
from frazo.layers.attention.cross_attention import CrossAttention
from frazo.layers.attention.multi_head_attention import MultiHeadAttention
from frazo.layers.place import Place
from frazo.layers.recurrent.attention_lstm import AttentionLstm
from frazo.layers.sequence_layer import Memory, SequenceLayer, TokenDecoder
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.models.encoder_decoder import EncoderDecoder, Frames
from frazo.models.token_model import TokenModel, Tokens
from frazo.proto import attention_pb2, lstm_pb2, query_attention_pb2
from frazo.registry import build
from google.protobuf import text_format
from google.protobuf.message import Message

DIM, MEMORY_DIM, VOCABULARY, SOURCE_TIME = 4, 6, 7, 5


class Source(NamedTuple):
    """What a subject attends to, before a model has encoded it.

    Attributes:
      values: float32 [batch, source_time, size], or ids, int32 [batch, source_time].
      layout: The layout of `values`.
    """

    values: tf.Tensor
    layout: SequenceLayout


class Subject(abc.ABC):
    """A layer or model under test. It maps [batch, time, ...] to [batch, time, units].

    Attributes:
      module: The layer or model, which has the variables.
      path: The path of the module.
    """

    path = "subject"

    def __init__(self, module: tf.Module):
        self.module = module

    @abc.abstractmethod
    def inputs(self, batch: int, time: int, seed: int = 1) -> tf.Tensor:
        """Returns random inputs."""

    @abc.abstractmethod
    def source(self, layout: SequenceLayout, seed: int = 2) -> Source | None:
        """Returns a random source, or None if the subject does not attend."""

    @abc.abstractmethod
    def memory(self, source: Source | None, context: StepContext) -> Memory | None:
        """Returns the memory that `memory_cache` takes."""

    @abc.abstractmethod
    def __call__(
        self, x: tf.Tensor, layout: SequenceLayout, context: StepContext, source: Source | None
    ) -> tf.Tensor:
        """Runs the full call."""

    @property
    def is_decoder(self) -> bool:
        return isinstance(self.module, TokenDecoder)


class LayerSubject(Subject):
    """A SequenceLayer with inputs of DIM. If it attends, its memory is of MEMORY_DIM."""

    def __init__(self, module: SequenceLayer, attends: bool):
        super().__init__(module)
        self._attends = attends

    def inputs(self, batch: int, time: int, seed: int = 1) -> tf.Tensor:
        return tf.random.stateless_normal([batch, time, DIM], [seed, time])

    def source(self, layout: SequenceLayout, seed: int = 2) -> Source | None:
        if not self._attends:
            return None
        shape = [*layout.mask.shape, MEMORY_DIM]
        return Source(tf.random.stateless_normal(shape, [seed, 0]), layout)

    def memory(self, source: Source | None, context: StepContext) -> Memory | None:
        return None if source is None else Memory(*source)

    def __call__(
        self, x: tf.Tensor, layout: SequenceLayout, context: StepContext, source: Source | None
    ) -> tf.Tensor:
        return self.module(x, layout, context, self.memory(source, context))


class TokenModelSubject(Subject):
    """A model that maps ids of VOCABULARY to logits."""

    module: TokenModel | EncoderDecoder

    def inputs(self, batch: int, time: int, seed: int = 1) -> tf.Tensor:
        return _ids(batch, time, seed)

    def source(self, layout: SequenceLayout, seed: int = 2) -> Source | None:
        return None

    def memory(self, source: Source | None, context: StepContext) -> Memory | None:
        return None

    def __call__(
        self, x: tf.Tensor, layout: SequenceLayout, context: StepContext, source: Source | None
    ) -> tf.Tensor:
        features, _ = self.module.features(Tokens(x, layout), context)
        return self.module.logits(features, context)


class EncoderDecoderSubject(TokenModelSubject):
    """A model whose source is ids of VOCABULARY or frames of DIM."""

    def source(self, layout: SequenceLayout, seed: int = 2) -> Source | None:
        batch, time = layout.mask.shape
        if self.module.source_embedding is None:
            return Source(tf.random.stateless_normal([batch, time, DIM], [seed, 0]), layout)
        return Source(_ids(batch, time, seed), layout)

    def memory(self, source: Source | None, context: StepContext) -> Memory | None:
        assert source is not None
        kind = Frames if self.module.source_embedding is None else Tokens
        return self.module.encode(kind(*source), context)

    def __call__(
        self, x: tf.Tensor, layout: SequenceLayout, context: StepContext, source: Source | None
    ) -> tf.Tensor:
        return self.module.decode(Tokens(x, layout), self.memory(source, context), context)[0]


def layer(message: type[Message], text: str, *, attends: bool = False) -> Callable[[int], Subject]:
    """Returns a function that makes the layer of the message from a seed."""

    def make(seed: int) -> Subject:
        built = build(
            text_format.Parse(text, message()), place=_place(seed), **_memory_shape(attends)
        )
        return LayerSubject(built, attends)

    return make


def cross_attention(text: str) -> Callable[[int], Subject]:
    def make(seed: int) -> Subject:
        message = text_format.Parse(text, attention_pb2.MultiHeadAttention())
        return LayerSubject(CrossAttention(message, _place(seed), **_memory_shape(True)), True)

    return make


def self_attention(text: str) -> Callable[[int], Subject]:
    def make(seed: int) -> Subject:
        message = text_format.Parse(text, attention_pb2.MultiHeadAttention())
        return LayerSubject(MultiHeadAttention(message, _place(seed)), False)

    return make


def attention_lstm(lstm: str, attention: str) -> Callable[[int], Subject]:
    def make(seed: int) -> Subject:
        messages = (
            text_format.Parse(lstm, lstm_pb2.Lstm()),
            text_format.Parse(attention, query_attention_pb2.QueryAttention()),
        )
        return LayerSubject(AttentionLstm(*messages, _place(seed), **_memory_shape(True)), True)

    return make


def model(message: type[Message], text: str) -> Callable[[int], Subject]:
    """Returns a function that makes the model of the message from a seed."""

    def make(seed: int) -> Subject:
        built = build(text_format.Parse(text, message()), place=Place(path=Subject.path, seed=seed))
        is_pair = isinstance(built, EncoderDecoder)
        return EncoderDecoderSubject(built) if is_pair else TokenModelSubject(built)

    return make


def _place(seed: int) -> Place:
    return Place(path=Subject.path, input_shape=(None, None, DIM), seed=seed)


def _memory_shape(attends: bool) -> dict[str, tuple[int | None, ...]]:
    return {"memory_shape": (None, None, MEMORY_DIM)} if attends else {}


def _ids(batch: int, time: int, seed: int) -> tf.Tensor:
    return tf.random.stateless_uniform(
        [batch, time], [seed, time], maxval=VOCABULARY, dtype=tf.int32
    )
