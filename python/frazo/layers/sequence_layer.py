"""The contract of layers over sequences, and of decoding with them token by token."""

import abc
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext

# Tensors by name. A layer that contains layers has a dictionary of their states.
State: TypeAlias = Mapping[str, Any]


class Memory(NamedTuple):
    """An encoder's output, to which the layers of a decoder attend.

    Attributes:
      values: float32 [batch, source_time, dim].
      layout: The layout of `values`.
    """

    values: tf.Tensor
    layout: SequenceLayout


class TokenDecoder(abc.ABC):
    """A layer or a whole model that can process a sequence token by token.

        cache = decoder.memory_cache(memory, context)
        state = decoder.init_state(rows, cache)
        state, y = decoder.step(state, x, cache, context)

    One `memory_cache`, one `init_state` and a `step` for each token give the outputs that the full
    call gives for the whole sequence in evaluation.

    Row: An unfinished output. The rows of a sentence lie side by side. Sentences may have different
    numbers of rows. A finished sentence has none.
    State: All that the decoder keeps of a row's past. The first dimension of all tensors is the
    row, so that tf.gather by the parents that a search chose gives the state of the remaining rows.
    Memory cache: All that the decoder needs of the encoder's output, computed once. The first
    dimension of all tensors is the batch. The rows of a sentence share it, so that it is never
    gathered by row.
    """

    @abc.abstractmethod
    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        """Returns the memory cache. It has no tensors if the decoder does not attend to a memory.

        Raises:
          ValueError: The decoder needs a memory and there is none, or the memory is packed: its
            rows then hold several sources.
        """

    @abc.abstractmethod
    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        """Returns the state before the first token.

        Args:
          rows: The number of rows.
          memory_cache: The result of `memory_cache`.

        Raises:
          ValueError: The decoder sees later tokens, so it cannot process a sequence token by token.
        """

    @abc.abstractmethod
    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """Processes one token of each row.

        Args:
          state: The state before the token.
          x: The token's input, [rows, ...].
          memory_cache: The result of `memory_cache`.
          context: The context of the step. That of StepContext.for_decoding says to which sentence
            each row belongs. With another context all sentences have equally many rows. The decoder
            multiplies by matrices through context.multiply only.

        Returns:
          The state after the token and the output. The state has the names of the old one.
          Dimensions between the first and the last may be larger.
        """


class SequenceLayer(Layer):
    """A layer that maps [batch, time, dim] to [batch, time, units] and knows where tokens are.

    Attributes:
      max_length: Tokens of the longest sequence that it takes; None if there is no limit.
    """

    max_length: int | None = None

    @abc.abstractmethod
    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        """Maps [batch, time, dim] to [batch, time, units], both of the place's compute_dtype.

        Args:
          x: The input.
          layout: The layout of the input.
          context: The context of the step.
          memory: The encoder's output, for layers that attend to one.
        """


class AttendingLayer(SequenceLayer, TokenDecoder):
    """A SequenceLayer that goes token by token and returns the probabilities of its attention."""

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        return self.attend(x, layout, context, memory)[0]

    @abc.abstractmethod
    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Computes the output and the probabilities of attention.

        Args:
          x: The input, [batch, time, dim].
          layout: The layout of the input.
          context: The context of the step.
          memory: The encoder's output, for layers that attend to one.

        Returns:
          The output, [batch, time, units], and the mean over heads of the probabilities, [batch,
          time, source_time]. Attention by blocks has no probabilities: they are None.
        """

    @abc.abstractmethod
    def probabilities(self, state: State) -> tf.Tensor | None:
        """Returns the probabilities of attention to the memory in the last step.

        They are the mean over heads, [rows, source_time], or None without a memory.

        Args:
          state: The state that the step returned.
        """


def require_memory(memory: Memory | None, path: str) -> Memory:
    """Returns `memory`.

    Raises:
      ValueError: There is none. The error names `path`, the layer's path.
    """
    if memory is None:
        raise ValueError(
            f"{path}: it attends to an encoder's output, but there is none. Give it a memory."
        )
    return memory


def require_unpacked_memory(memory: Memory | None, path: str) -> Memory:
    """Returns `memory`.

    Raises:
      ValueError: There is none, or it is packed. The error names `path`, the layer's path.
    """
    memory = require_memory(memory, path)
    if memory.layout.segment_ids is not None:
        raise ValueError(
            f"{path}: the encoder's output is of packed sequences, but decoding step by step needs "
            "one sentence a row. Encode without packing."
        )
    return memory


def loop_shapes(state: State) -> State:
    """Returns the shape_invariants of a state in tf.while_loop.

    They have the ranks. Only the last size is fixed, because it never changes.
    """
    return tf.nest.map_structure(_loop_shape, state)


def _loop_shape(tensor: tf.Tensor) -> tf.TensorShape:
    if tensor.shape.rank < 2:
        return tf.TensorShape([None] * tensor.shape.rank)
    return tf.TensorShape([None] * (tensor.shape.rank - 1) + [tensor.shape[-1]])
