"""The contract of a layer over sequences, and of decoding with it token by token."""

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


class SequenceLayer(Layer):
    """A layer from [batch, time, dim] to [batch, time, units] that knows where tokens are.

    Decoding is incremental: `init_state` and then `step` for one token after the other give the
    outputs that the full call gives for the whole sequence in evaluation.

    Row: one unfinished output. Those of a sentence lie side by side; sentences may have different
    numbers of them, and one that is done has none.
    State: everything that a row's past is to the layer. The first dimension of all tensors is the
    row, so that tf.gather by the parents that a beam search chose gives the state of the survivors.
    Memory cache: what the layer needs of the encoder's output, computed once. The first dimension
    of all tensors is the batch; beams of one sentence share it and it is never gathered by row.
    """

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
        raise NotImplementedError(
            f"{type(self).__name__} does not define __call__(x, layout, context, memory)"
        )

    def init_state(self, rows: int | tf.Tensor) -> State:
        """The state before the first token."""
        raise NotImplementedError(f"{type(self).__name__} does not define init_state(rows)")

    def memory_cache(self, memory: Memory) -> State:
        """Empty for a layer that does not attend to an encoder's output."""
        return {}

    def step(
        self,
        state: State,
        x: tf.Tensor,
        memory_cache: State | None = None,
        context: StepContext | None = None,
    ) -> tuple[State, tf.Tensor]:
        """One token further: x, float32 [rows, dim], to float32 [rows, units], as in evaluation.

        context: of StepContext.for_decoding, it tells whose each row is. Default: all sentences
        have equally many rows, and nothing is packed.
        The new state has the old one's names; sizes of dimensions after the first may have grown.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define step(state, x)")


class AttendingLayer(SequenceLayer):
    """A SequenceLayer that can also tell where it looked."""

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        return self.attend(x, layout, context, memory)[0]

    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """The output, and the probabilities in the mean over heads: [batch, time, source_time].

        There are no probabilities, but None, of attention by blocks.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define attend")


def loop_shapes(state: State) -> State:
    """What tf.while_loop needs as shape_invariants of a state: ranks without sizes, but for the
    last, which never changes."""
    return tf.nest.map_structure(_loop_shape, state)


def _loop_shape(tensor: tf.Tensor) -> tf.TensorShape:
    if tensor.shape.rank < 2:
        return tf.TensorShape([None] * tensor.shape.rank)
    return tf.TensorShape([None] * (tensor.shape.rank - 1) + [tensor.shape[-1]])
