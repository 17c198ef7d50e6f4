"""An LSTM that attends to an encoder's output and reads what it found there at the token before."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.layers.attention import (  # noqa: F401
    additive_attention,
    location_sensitive_attention,
    multi_head_additive_attention,
)
from frazo.layers.attention.query_attention import refuse_packed_queries
from frazo.layers.over_time import over_time
from frazo.layers.place import Place
from frazo.layers.recurrent.lstm import Lstm, gate_units
from frazo.layers.recurrent.lstm_cell import GATES, Zoneout, advance
from frazo.layers.sequence_layer import AttendingLayer, Memory, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2, query_attention_pb2
from frazo.registry import build


class _Token(NamedTuple):
    """The inputs of the recurrence for one token.

    Attributes:
      gates: [rows, 4 units], what x adds to the gates.
      zoneout: The zoneout of the token.
    """

    gates: tf.Tensor
    zoneout: Zoneout


class AttentionLstm(AttendingLayer):
    """An Lstm with the input [x c'], [batch, time, dim + context_dim].

    c' is the context that the output of the token before found in a memory. Maps [batch, time, dim]
    to [batch, time, units + context_dim], the Lstm's output beside the context that this output
    found.

    The variables are those of the Lstm of x, below lstm; context/kernel [context_dim, 4 units], by
    which c' adds to its gates; and those of the attention, below attention. The layer has no
    message. Models contain it.

    The state has the states of lstm and attention by these names, and context, [rows, context_dim].
    """

    def __init__(
        self,
        lstm: lstm_pb2.Lstm,
        attention: query_attention_pb2.QueryAttention,
        place: Place,
        *,
        memory_shape: Sequence[int | None],
    ):
        """Makes the layers.

        Args:
          lstm: The message of the Lstm.
          attention: The message of the attention.
          place: The place, with input shape [batch, time, dim].
          memory_shape: [batch, source_time, memory_dim], the shape of the encoder's output.

        Raises:
          ValueError: The Lstm is reversed.
        """
        super().__init__(lstm, place)
        if lstm.reverse:
            raise ValueError(
                f"{self.path}: a decoder's LSTM goes from the first token to the last. Unset reverse."
            )
        self.lstm = Lstm(lstm, place.at("lstm"))
        self.attention = build(
            attention,
            place=place.at("attention", self.lstm.output_shape),
            memory_shape=memory_shape,
        )
        self.context_dim = self.attention.output_shape[-1]
        size = self.lstm.output_shape[-1] + self.context_dim
        self.output_shape = (*self.input_shape[:-1], size)
        self.context_kernel = place.variable(
            "context/kernel",
            (self.context_dim, GATES * lstm.units),
            axes=("embed", gate_units(lstm.units)),
            init=lstm.kernel_init,
            decays=True,
        )

    def split(self, y: tf.Tensor) -> list[tf.Tensor]:
        """Splits an output into the Lstm's, [..., units], and the context, [..., context_dim]."""
        return tf.split(y, [self.lstm.output_shape[-1], self.context_dim], -1)

    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        """Runs over all tokens; see AttendingLayer.

        Raises:
          ValueError: x is of packed sequences.
        """
        refuse_packed_queries(layout, self.path)
        sweep = self.lstm.sweep(x, layout, context)
        cache = self.memory_cache(memory, context)

        def advance_by(position: tf.Tensor, state: State, token: _Token):
            step_context = context.at_time(position + 1)
            gates = token.gates + context.multiply(state["context"], self.context_kernel)
            lstm = advance(
                self.lstm.message,
                sweep.weights,
                gates,
                state["lstm"],
                token.zoneout,
                step_context.multiply,
            )
            state = self._look(lstm, state, cache, step_context)
            return state, [self._output(state), state["attention"]["probabilities"]]

        first = self._first_state(tf.shape(x)[0], cache, context.at_time(0))
        tokens = _Token(sweep.gates, sweep.zoneout)
        y, probabilities = over_time(advance_by, first, tokens, [self.output_shape[-1], None])
        return tf.cast(y, x.dtype), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return self.attention.memory_cache(memory, context)

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        """Returns a state whose context is that of a query of zeros."""
        return self._first_state(rows, memory_cache, StepContext.for_evaluation(seed=0))

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        gates = self.lstm.gates(x, context)
        gates += context.multiply(state["context"], self.context_kernel)
        lstm, _ = self.lstm.step_of_gates(state["lstm"], gates, context)
        state = self._look(lstm, state, memory_cache, context)
        return state, tf.cast(self._output(state), x.dtype)

    def probabilities(self, state: State) -> tf.Tensor | None:
        return self.attention.probabilities(state["attention"])

    def _first_state(
        self, rows: int | tf.Tensor, memory_cache: State, context: StepContext
    ) -> State:
        query = tf.zeros([rows, self.lstm.output_shape[-1]])
        attention = self.attention.init_state(rows, memory_cache)
        attention, found = self.attention.step(attention, query, memory_cache, context)
        lstm = self.lstm.init_state(rows, {})
        return {"lstm": lstm, "attention": attention, "context": found}

    def _look(self, lstm: State, before: State, memory_cache: State, context: StepContext) -> State:
        """Returns the new state: attends with the Lstm's output, from the state `before`."""
        attention, found = self.attention.step(
            before["attention"], lstm["output"], memory_cache, context
        )
        return {"lstm": lstm, "attention": attention, "context": found}

    def _output(self, state: State) -> tf.Tensor:
        return tf.concat([state["lstm"]["output"], state["context"]], -1)
