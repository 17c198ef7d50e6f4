"""An LSTM that attends to an encoder's output, and whose input has what it found before."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.layers.attention import (  # noqa: F401
    additive_attention,
    location_sensitive_attention,
    multi_head_additive_attention,
)
from frazo.layers.layer import Layer
from frazo.layers.recurrent.lstm import Lstm
from frazo.layers.recurrent.lstm_cell import GATES, LstmWeights, Zoneout, advance
from frazo.layers.sequence_layer import Memory, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2, query_attention_pb2
from frazo.registry import build


class Attended(NamedTuple):
    """output: [batch, time, units]. contexts: [batch, time, context_dim], what the outputs found.
    probabilities: [batch, time, source_time], in the mean over heads."""

    output: tf.Tensor
    contexts: tf.Tensor
    probabilities: tf.Tensor


class _Input(NamedTuple):
    """Of a step: gates, [rows, 4 units], what x adds to them."""

    gates: tf.Tensor
    zoneout: Zoneout


class AttentionLstm(Layer):
    """An Lstm of [x c'], [batch, time, dim + context_dim], where c' is what the output before it
    found in a memory.

    Variables: of the Lstm of x, below lstm; context/kernel [context_dim, 4 units], by which c' adds
    to its gates; of the attention, below attention. It has no message: models are made of it.
    State: lstm and attention, theirs, and context, [rows, context_dim].
    """

    def __init__(
        self,
        lstm: lstm_pb2.Lstm,
        attention: query_attention_pb2.QueryAttention,
        *,
        memory_shape: Sequence[int | None],
        **place,
    ):
        super().__init__(lstm, **place)
        if lstm.reverse:
            raise ValueError(
                f"{self.path}: a decoder's LSTM goes from the first token to the last. Unset reverse."
            )
        self.lstm = Lstm(lstm, **self.place("lstm"))
        self.output_shape = self.lstm.output_shape
        self.attention = build(
            attention,
            memory_shape=memory_shape,
            **self.place("attention", (None, self.output_shape[-1])),
        )
        self.context_dim = self.attention.output_shape[-1]
        self.context_kernel = self.add_variable(
            "context/kernel", (self.context_dim, GATES * lstm.units), lstm.kernel_init
        )

    def attend(
        self, x: tf.Tensor, layout: SequenceLayout, context: StepContext, memory: Memory
    ) -> Attended:
        """Raises ValueError if x is of packed sequences."""
        if layout.segment_ids is not None:
            raise ValueError(
                f"{self.path}: the targets are packed, and a recurrent decoder's attention is to one "
                "source a row. Do not pack them."
            )
        sweep = self.lstm.sweep(x, layout, context)
        inputs = tf.nest.map_structure(_time_major, _Input(sweep.gates, sweep.zoneout))
        cache = self.attention.memory_cache(memory, context)
        batch, time = tf.unstack(tf.shape(x)[:2])
        found = [
            tf.TensorArray(tf.float32, size=time, element_shape=[None, size])
            for size in (self.output_shape[-1], self.context_dim, None)
        ]

        def body(step: tf.Tensor, state: State, found: list[tf.TensorArray]):
            of_step = tf.nest.map_structure(lambda x: None if x is None else x[step], inputs)
            before = state
            state = self._advance(of_step, state, sweep.weights, cache, context.at_time(step + 1))
            # What of the sizes is known at the start has been lost on the way.
            tf.nest.map_structure(lambda x, first: x.set_shape(first.shape), state, before)
            outputs = state["lstm"]["output"], state["context"], state["attention"]["probabilities"]
            found = [array.write(step, y) for array, y in zip(found, outputs, strict=True)]
            return step + 1, state, found

        first = self.init_state(batch, cache, context.at_time(0))
        _, _, found = tf.while_loop(
            lambda step, *_: step < time, body, (0, first, found), maximum_iterations=time
        )
        return Attended(*(_time_major(array.stack()) for array in found))

    def init_state(self, rows: int | tf.Tensor, memory_cache: State, context: StepContext) -> State:
        """Its context is what a query of zeros finds."""
        query = tf.zeros([rows, self.output_shape[-1]])
        attention = self.attention.init_state(rows, memory_cache)
        attention, found = self.attention.step(attention, query, memory_cache, context)
        return {"lstm": self.lstm.init_state(rows), "attention": attention, "context": found}

    def step(self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext) -> State:
        """The state after a token, x [rows, dim]: in it are output and context."""
        one = SequenceLayout(mask=tf.ones([tf.shape(x)[0], 1], tf.bool))
        sweep = self.lstm.sweep(x[:, tf.newaxis], one, context)
        of_step = tf.nest.map_structure(
            lambda x: None if x is None else x[:, 0], _Input(sweep.gates, sweep.zoneout)
        )
        return self._advance(of_step, state, sweep.weights, memory_cache, context)

    def _advance(
        self,
        of_step: _Input,
        state: State,
        weights: LstmWeights,
        memory_cache: State,
        context: StepContext,
    ) -> State:
        gates = of_step.gates + context.multiply(state["context"], self.context_kernel)
        lstm = advance(self.lstm.message, weights, gates, state["lstm"], of_step.zoneout)
        attention, found = self.attention.step(
            state["attention"], lstm["output"], memory_cache, context
        )
        return {"lstm": lstm, "attention": attention, "context": found}


def _time_major(x: tf.Tensor | None) -> tf.Tensor | None:
    """Exchanges the first two dimensions."""
    return None if x is None else tf.transpose(x, [1, 0, *range(2, x.shape.rank)])
