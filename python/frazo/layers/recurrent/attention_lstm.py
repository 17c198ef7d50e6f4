"""An LSTM that attends to an encoder's output and reads what it found there at the token before."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import tensorflow as tf
from frazo import ops

# Imported for their side effect: each binds itself to its message.
from frazo.layers.attention import (  # noqa: F401
    location_sensitive_attention,
    multi_head_additive_attention,
)
from frazo.layers.attention.additive_attention import AdditiveAttention
from frazo.layers.attention.query_attention import refuse_packed_queries
from frazo.layers.linear import project
from frazo.layers.over_time import over_time
from frazo.layers.packed_kernels import KernelRows
from frazo.layers.place import Place
from frazo.layers.recurrent.context_product import (
    Found,
    context_product,
    products_of_sources,
)
from frazo.layers.recurrent.lstm import Lstm, gate_units
from frazo.layers.recurrent.lstm_cell import GATES, Zoneout, advance
from frazo.layers.recurrent.lstm_recurrence import Sweep, lstm_arguments
from frazo.layers.sequence_layer import AttendingLayer, Memory, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2, query_attention_pb2
from frazo.registry import build


class _Token(NamedTuple):
    """The inputs of the recurrence for one token.

    Attributes:
      gates: [rows, 4 units], what x adds to the gates.
      mask: bool [rows], False at padding.
      zoneout: The zoneout of the token.
    """

    gates: tf.Tensor
    mask: tf.Tensor
    zoneout: Zoneout


class AttentionLstm(AttendingLayer):
    """An Lstm with the input [x c'], [batch, time, dim + context_dim].

    c' is the context that the output of the token before found in a memory. Maps [batch, time, dim]
    to [batch, time, units + context_dim], the Lstm's output beside the context that this output
    found, zero where no token is. Padding hands the state on.

    The variables are those of the Lstm of x, below lstm; context/kernel [context_dim, 4 units], by
    which c' adds to its gates; and those of the attention, below attention. The layer has no
    message. Models contain it.

    The state has the states of lstm and attention by these names, and context, [rows, context_dim].
    The memory cache is the attention's, and has gates where `products` does: of context/kernel.
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
        if ops.uses_kernels() and self._has_op(context):
            y, probabilities = self._attend_in_op(sweep, cache, context)
        else:
            y, probabilities = self._attend_by_steps(sweep, cache, context)
        return tf.cast(y, x.dtype), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        cache = self.attention.memory_cache(memory, context)
        return {**cache, **self.products(cache, {"gates": self._context_rows}, context)}

    def products(
        self, memory_cache: State, matrices: Mapping[str, KernelRows], context: StepContext
    ) -> State:
        """Multiplies the values of the sources by matrices that contexts would be multiplied by.

        Args:
          memory_cache: That of the attention.
          matrices: By names, [context_dim, units].
          context: The context in which the memory cache is made.

        Returns:
          By these names, results of products_of_sources. It is empty if the state lacks the
          probabilities of the single heads, or nothing is known of the steps.
        """
        if not isinstance(self.attention, AdditiveAttention) or context.expected_rows is None:
            return {}
        return {
            name: products_of_sources(memory_cache, rows, context.expected_rows)
            for name, rows in matrices.items()
        }

    def found(self, state: State) -> Found:
        """Returns what the rows found in the step that returned the state."""
        return Found(state["context"], self.attention.probabilities(state["attention"]))

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        """Returns a state whose context is that of a query of zeros."""
        return self._first_state(rows, memory_cache, StepContext.for_evaluation(seed=0))

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        gates = self.lstm.gates(x, context)
        if "gates" in memory_cache:
            found = self.found(state)
            gates += context_product(found, memory_cache["gates"], self._context_rows, context)
        else:
            gates += context.multiply_state(state["context"], self.context_kernel)
        lstm, _ = self.lstm.step_of_gates(state["lstm"], gates, context)
        state = self._look(lstm, state, memory_cache, context)
        return state, tf.cast(self._output(state), x.dtype)

    def probabilities(self, state: State) -> tf.Tensor | None:
        return self.attention.probabilities(state["attention"])

    @property
    def _context_rows(self) -> KernelRows:
        return KernelRows.all_of(self.context_kernel)

    def _has_op(self, context: StepContext) -> bool:
        """Tells whether an op has the whole recurrence: with additive attention of one head."""
        drops = context.training and self.attention.message.probability_dropout > 0
        return type(self.attention) is AdditiveAttention and not drops

    def _attend_in_op(
        self, sweep: Sweep, cache: State, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Runs over all tokens in one op; returns what `attend` does, as float32.

        The contexts are sums over the sources, and so is what they add to the gates. The op works
        with what each source adds to the gates, so that it needs no product with the kernel.
        """
        values = cache["values"][:, 0]
        attention = ops.RecurrentAttention(
            query_kernel=tf.convert_to_tensor(self.attention.query.kernel),
            keys=cache["keys"][:, 0],
            energy=tf.convert_to_tensor(self.attention.energy),
            feedback=project(values, self.context_kernel, None, context),
            source_mask=tf.equal(cache["bias"], 0),
        )
        arguments = lstm_arguments(self.lstm.message, sweep)
        outputs, probabilities = ops.attention_lstm_outputs(sweep.gates, arguments, attention)
        contexts = tf.linalg.matmul(probabilities, values)
        return tf.concat([outputs, contexts], -1), probabilities

    def _attend_by_steps(
        self, sweep: Sweep, cache: State, context: StepContext
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Runs token by token; returns what `attend` does, as float32."""

        def advance_by(position: tf.Tensor, before: State, token: _Token):
            step_context = context.at_time(position + 1)
            gates = token.gates + context.multiply(before["context"], self.context_kernel)
            gates += step_context.multiply(before["lstm"]["output"], sweep.weights.kernel)
            lstm = advance(
                self.lstm.message,
                sweep.weights,
                gates,
                before["lstm"],
                token.zoneout,
                step_context.multiply,
            )
            after = self._look(lstm, before, cache, step_context)
            is_token = token.mask[:, tf.newaxis]
            state = tf.nest.map_structure(lambda x, y: tf.where(is_token, x, y), after, before)
            found = [self._output(after), after["attention"]["probabilities"]]
            return state, [tf.where(is_token, x, 0) for x in found]

        first = self._first_state(tf.shape(sweep.gates)[0], cache, context.at_time(0))
        tokens = _Token(sweep.gates, sweep.mask, sweep.zoneout)
        y, probabilities = over_time(advance_by, first, tokens, [self.output_shape[-1], None])
        return y, probabilities

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
