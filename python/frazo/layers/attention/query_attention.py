"""The contract of a recurrent decoder's attention, and the common part of its kinds."""

import abc
from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.layers.attention.sums_of_rows import sums_of_rows
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
    """Maps queries, [batch, time, dim], and a memory to a context for each query.

    The memory is [batch, source_time, memory_dim], the contexts are [batch, time, units]. The
    computation is float32. The output has the type of the input.

    The state has probabilities, [rows, source_time], those of the last step in the mean over heads,
    without dropout. The memory cache has keys, [batch, heads, source_time, size]; values, [batch,
    heads, source_time, units / heads]; bias, [batch, source_time], HIDDEN where no token is. In
    shapes, `beam` is the number of rows of each sentence.
    """

    def __init__(self, message: Any, place: Place, *, memory_shape: Sequence[int | None]):
        """Makes the dropout. Subclasses make the variables.

        Args:
          message: The message.
          place: The place, with input shape [batch, time, dim].
          memory_shape: [batch, source_time, memory_dim], the shape of the encoder's output.

        Raises:
          ValueError: memory_shape has another rank, or no memory_dim.
        """
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
        """Attends with all queries, one after the other; see AttendingLayer.

        Raises:
          ValueError: The queries are of packed sequences.
        """
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
                f"{self.input_shape[-1]}]. Pass the output of a layer of that size."
            )
        sentences = context.row_sentences
        probabilities = self._probabilities(state, tf.cast(x, tf.float32), memory_cache, context)
        mean = tf.reshape(tf.reduce_mean(probabilities, 1), tf.shape(state["probabilities"]))
        dropped = self.probability_dropout(probabilities, context)
        values = memory_cache["values"]
        if sentences is None:
            sums = tf.transpose(tf.linalg.matmul(dropped, values), [0, 2, 1, 3])
        else:
            sums = sums_of_rows(dropped[:, :, 0], values, sentences)
        contexts = tf.reshape(sums, [-1, self.output_shape[-1]])
        return {"probabilities": mean}, tf.cast(contexts, x.dtype)

    @abc.abstractmethod
    def _keys_and_values(
        self, memory: tf.Tensor, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the keys and values of the memory cache."""

    def _probabilities(
        self, state: State, query: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tf.Tensor:
        """Returns [batch, heads, beam, source_time]; [rows, heads, 1, source_time] if the context
        has row_sentences.
        """
        cache, sentences = memory_cache, context.row_sentences
        if sentences is not None:
            # Sentences have different numbers of rows, so that each row gets keys of its own.
            cache = {name: tf.gather(memory_cache[name], sentences) for name in ("keys", "bias")}
        bias = cache["bias"][:, tf.newaxis, tf.newaxis]
        energies = self._energies(state, query, cache, context)
        # Without a source the probabilities are equal, and do not depend on the energies.
        return tf.nn.softmax(tf.where(tf.equal(bias, 0), energies, bias))

    @abc.abstractmethod
    def _energies(
        self, state: State, query: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tf.Tensor:
        """Returns the energies, [batch, heads, beam, source_time]."""


def refuse_packed_queries(layout: SequenceLayout, path: str) -> None:
    """Checks that the queries are not of packed sequences.

    Raises:
      ValueError: They are. The error names `path`, the layer's path.
    """
    if layout.segment_ids is not None:
        raise ValueError(
            f"{path}: the targets are packed, but a recurrent decoder attends to one source a row. "
            "Do not pack them."
        )


def additive_energies(keys: tf.Tensor, queries: tf.Tensor, energy: tf.Tensor) -> tf.Tensor:
    """Returns energy . tanh(key + query).

    Args:
      keys: [batch, heads, 1 or beam, source_time, size].
      queries: [batch, heads, beam, size].
      energy: [size].

    Returns:
      [batch, heads, beam, source_time].
    """

    # keys + queries is as large as the rest of a step together. A loop over time must not keep it.
    def energies(keys: tf.Tensor, queries: tf.Tensor, energy: tf.Tensor) -> tf.Tensor:
        return tf.tensordot(tf.tanh(keys + queries), energy, 1)

    return recomputed(energies, keys, queries[..., tf.newaxis, :], energy)


def by_sentence(x: tf.Tensor, memory_cache: State) -> tf.Tensor:
    """Groups rows by their sentences: [rows, ...] to [batch, beam, ...]."""
    batch = tf.shape(memory_cache["bias"])[0]
    return tf.reshape(x, tf.concat([[batch, -1], tf.shape(x)[1:]], 0))


def root_gaussian(size: int) -> initializer_pb2.Initializer:
    """Returns the initializer that is gaussian with stddev 1 / sqrt(size)."""
    init = initializer_pb2.Initializer()
    init.gaussian.stddev = size**-0.5
    return init
