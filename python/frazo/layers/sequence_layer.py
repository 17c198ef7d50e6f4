"""The contract of a layer over sequences, and of decoding with it token by token."""

import abc
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext

# Tensors by name, in dictionaries as deep as the layers.
State: TypeAlias = Mapping[str, Any]


class Memory(NamedTuple):
    """An encoder's output, to which the layers of a decoder attend.

    values: float32 [batch, source_time, dim]. layout: of values.
    """

    values: tf.Tensor
    layout: SequenceLayout


class TokenDecoder(abc.ABC):
    """What goes token by token: a layer, or a whole model.

        cache = decoder.memory_cache(memory, context)
        state = decoder.init_state(rows, cache)
        state, y = decoder.step(state, x, cache, context)

    `memory_cache` once, `init_state` once, and `step` for one token after the other give the outputs
    that the full call gives for the whole sequence in evaluation.

    Row: one unfinished output. The rows of a sentence lie side by side; sentences may have different
    numbers of them, and a sentence that is done has none.
    State: everything that a row's past is to the decoder. The first dimension of all tensors is the
    row, so that tf.gather by the parents that a beam search chose gives the state of the survivors.
    Memory cache: what the decoder needs of the encoder's output, computed once. The first dimension
    of all tensors is the batch; the rows of a sentence share it and it is never gathered by row.
    """

    @abc.abstractmethod
    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        """Without tensors if the decoder does not attend to an encoder's output.

        Raises ValueError if the decoder needs a memory and there is none, or if the memory is packed:
        a row then has no one source to attend to.
        """

    @abc.abstractmethod
    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        """The state before the first token."""

    @abc.abstractmethod
    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """One token further: the new state, and the output for x, [rows, ...].

        context: of StepContext.for_decoding, it tells whose each row is. Of another context all
        sentences have equally many rows. Every matrix is multiplied by through context.multiply.
        The new state has the old one's names; sizes of dimensions after the first may have grown.
        """


class SequenceLayer(Layer):
    """A layer from [batch, time, dim] to [batch, time, units] that knows where tokens are."""

    @abc.abstractmethod
    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        """float32 [batch, time, dim] to float32 [batch, time, units].

        memory: for layers that attend to an encoder's output.
        """


class AttendingLayer(SequenceLayer, TokenDecoder):
    """A SequenceLayer that goes token by token, and can also tell where it looked."""

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
        """The output, and the probabilities in the mean over heads: [batch, time, source_time].

        The probabilities are None of attention by blocks, which has none.
        """

    @abc.abstractmethod
    def probabilities(self, state: State) -> tf.Tensor | None:
        """The probabilities of attention to the memory in the step that gave this state: [rows,
        source_time], in the mean over heads; None without a memory."""


def require_memory(memory: Memory | None, path: str) -> Memory:
    """`memory`. Raises ValueError if there is none. path: of the layer."""
    if memory is None:
        raise ValueError(
            f"{path}: it attends to an encoder's output, but there is none. Give it a memory."
        )
    return memory


def require_unpacked_memory(memory: Memory | None, path: str) -> Memory:
    """`memory`. Raises ValueError if there is none, or if it is packed. path: of the layer."""
    memory = require_memory(memory, path)
    if memory.layout.segment_ids is not None:
        raise ValueError(
            f"{path}: the encoder's output is of packed sequences, and decoding step by step is of "
            "one sentence a row. Encode without packing."
        )
    return memory


def loop_shapes(state: State) -> State:
    """What tf.while_loop needs as shape_invariants of a state: ranks without sizes, but for the
    last, which never changes."""
    return tf.nest.map_structure(_loop_shape, state)


def _loop_shape(tensor: tf.Tensor) -> tf.TensorShape:
    if tensor.shape.rank < 2:
        return tf.TensorShape([None] * tensor.shape.rank)
    return tf.TensorShape([None] * (tensor.shape.rank - 1) + [tensor.shape[-1]])
