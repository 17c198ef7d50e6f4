"""The contract of a recurrent decoder's attention, and what all kinds of it share."""

import abc
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.layers.attention.visibility import Visibility
from frazo.layers.dropout import Dropout
from frazo.layers.layer import show_shape
from frazo.layers.over_time import over_time
from frazo.layers.place import Place
from frazo.layers.recomputed import recomputed
from frazo.layers.sequence_layer import AttendingLayer, Memory, State, require_unpacked_memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import dropout_pb2, initializer_pb2


class QueryAttention(AttendingLayer):
    """Queries, [batch, time, dim], and a memory [batch, source_time, memory_dim] to a context for
    each, [batch, time, units].

    All is computed in float32, whatever the type of the input, which is also that of the output.

    State: probabilities, [rows, source_time], of the last step in the mean over heads, without
    dropout.
    Memory cache: keys, [batch, heads, source_time, size]; values, [batch, heads, source_time,
    units / heads]; bias, [batch, source_time], HIDDEN where no token is.
    """

    def __init__(self, message: Any, place: Place, *, memory_shape: Sequence[int | None]):
        """memory_shape: [batch, source_time, memory_dim]."""
        super().__init__(message, place)
        self.require_dim()
        if len(memory_shape) != 3 or memory_shape[-1] is None:
            raise ValueError(
                f"{self.path}: the memory has shape {show_shape(memory_shape)}; expected [batch, "
                "source_time, dim] with a known dim. Attend to an encoder's output."
            )
        self.memory_shape = tuple(memory_shape)
        self.probability_dropout = Dropout(
            dropout_pb2.Dropout(rate=message.probability_dropout),
            place.at("probability_dropout"),
        )

    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Raises ValueError if x is of packed sequences."""
        refuse_packed_queries(layout, self.path)
        cache = self.memory_cache(memory, context)

        def step(position: tf.Tensor, state: State, query: tf.Tensor):
            state, y = self.step(state, query, cache, context.at_time(position))
            return state, [y, state["probabilities"]]

        first = self.init_state(tf.shape(x)[0], cache)
        wide = tf.cast(x, tf.float32)
        y, probabilities = over_time(step, first, wide, [self.output_shape[-1], None])
        return tf.cast(y, x.dtype), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        memory = require_unpacked_memory(memory, self.path)
        keys, values = self._keys_and_values(tf.cast(memory.values, tf.float32), context)
        bias = Visibility(memory.layout.mask).bias(tf.constant(0))[:, 0]
        return {"keys": keys, "values": values, "bias": bias}

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        return {"probabilities": tf.zeros([rows, tf.shape(memory_cache["bias"])[1]])}

    def probabilities(self, state: State) -> tf.Tensor | None:
        return state["probabilities"]

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        if not x.shape.is_compatible_with([None, self.input_shape[-1]]):
            raise ValueError(
                f"{self.path}: a query has shape {show_shape(x.shape)}; expected [rows, "
                f"{self.input_shape[-1]}]. Give it what the decoder's layer of that size gives."
            )
        if context.row_sentences is not None:
            # Sentences have different numbers of rows: each row brings the memory of its own.
            sentences = context.row_sentences
            memory_cache = {name: tf.gather(x, sentences) for name, x in memory_cache.items()}
        bias = memory_cache["bias"][:, tf.newaxis, tf.newaxis]
        energies = self._energies(state, tf.cast(x, tf.float32), memory_cache, context)
        probabilities = tf.nn.softmax(energies + bias)
        mean = tf.reshape(tf.reduce_mean(probabilities, 1), tf.shape(state["probabilities"]))
        dropped = self.probability_dropout(probabilities, context)
        sums = tf.linalg.matmul(dropped, memory_cache["values"])
        contexts = tf.reshape(tf.transpose(sums, [0, 2, 1, 3]), [-1, self.output_shape[-1]])
        return {"probabilities": mean}, tf.cast(contexts, x.dtype)

    @abc.abstractmethod
    def _keys_and_values(
        self, memory: tf.Tensor, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Those of the memory cache."""

    @abc.abstractmethod
    def _energies(
        self, state: State, query: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tf.Tensor:
        """[batch, heads, beam, source_time]."""


def refuse_packed_queries(layout: SequenceLayout, path: str) -> None:
    """Raises ValueError if the queries are of packed sequences. path: of the layer."""
    if layout.segment_ids is not None:
        raise ValueError(
            f"{path}: the targets are packed, and a recurrent decoder's attention is to one source a "
            "row. Do not pack them."
        )


def additive_energies(keys: tf.Tensor, queries: tf.Tensor, energy: tf.Tensor) -> tf.Tensor:
    """energy . tanh(key + query): [batch, heads, beam, source_time].

    keys: [batch, heads, 1 or beam, source_time, size]. queries: [batch, heads, beam, size]. energy:
    [size].
    """

    # The sums are as large as all else of a step together: a loop over time must not keep them.
    def of_sums(keys: tf.Tensor, queries: tf.Tensor, energy: tf.Tensor) -> tf.Tensor:
        return tf.tensordot(tf.tanh(keys + queries), energy, 1)

    return recomputed(of_sums, keys, queries[..., tf.newaxis, :], energy)


def by_sentence(x: tf.Tensor, memory_cache: State) -> tf.Tensor:
    """Rows as the beams of their sentences: [rows, ...] to [batch, beam, ...]."""
    batch = tf.shape(memory_cache["bias"])[0]
    return tf.reshape(x, tf.concat([[batch, -1], tf.shape(x)[1:]], 0))


def root_gaussian(size: int) -> initializer_pb2.Initializer:
    """Gaussian with stddev 1 / sqrt(size)."""
    init = initializer_pb2.Initializer()
    init.gaussian.stddev = size**-0.5
    return init
