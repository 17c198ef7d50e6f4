"""Long short-term memory."""

import tensorflow as tf
from frazo.layers.dropout import random_uint16
from frazo.layers.layer import constant
from frazo.layers.linear import project
from frazo.layers.packed_kernels import KernelRows
from frazo.layers.place import Place
from frazo.layers.recurrent.lstm_cell import GATES, LstmWeights, Zoneout, advance
from frazo.layers.recurrent.lstm_recurrence import Sweep, recur
from frazo.layers.sequence_layer import Memory, SequenceLayer, State, TokenDecoder
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2
from frazo.registry import register
from frazo.shard.mesh import Fused, Held, Range


@register(lstm_pb2.Lstm)
class Lstm(SequenceLayer, TokenDecoder):
    """Maps [batch, time, dim] to [batch, time, size], zero where no token is.

    size is the projection's, or units without one. The variables are input/kernel [dim, 4 units],
    recurrent/kernel [size, 4 units], bias [4 units] with the gates in the message's order, scale
    [4 units] with layer norm, and projection/kernel [units, size].

    The state has cell, [rows, units], and output, [rows, size]. The recurrence is float32.
    """

    def __init__(self, message: lstm_pb2.Lstm, place: Place):
        super().__init__(message, place)
        dim, units = self.require_dim(), message.units
        size = message.projection or units
        self.output_shape = (*self.input_shape[:-1], size)
        self.input_kernel = self._gates_kernel("input/kernel", "embed", Range(0, dim))
        self.recurrent_kernel = self._gates_kernel(
            "recurrent/kernel", "lstm_output", Range(dim, size)
        )
        gates = gate_units(units)
        self.bias = place.variable("bias", (GATES * units,), axes=(gates,), init=self._initial_bias)
        self.scale = None
        if message.layer_norm:
            self.scale = place.variable("scale", (GATES * units,), axes=(gates,), init=constant(1))
        self.projection = None
        if message.projection:
            self.projection = place.variable(
                "projection/kernel",
                (units, size),
                axes=("lstm_units", "lstm_output"),
                init=message.kernel_init,
                decays=True,
            )

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        return tf.cast(recur(self.message, self.sweep(x, layout, context)), x.dtype)

    def sweep(self, x: tf.Tensor, layout: SequenceLayout, context: StepContext) -> Sweep:
        """Computes the inputs of the recurrence for x, [batch, time, dim]."""
        return Sweep(
            weights=LstmWeights(*(_tensor(weight) for weight in self._weights())),
            gates=self.gates(x, context),
            mask=layout.mask,
            starts=_starts(layout, self.message.reverse),
            zoneout=self._zoneout(tf.shape(x)[:2], context),
        )

    def gates(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Maps x, [..., dim], to x W, float32 [..., 4 units]. Without a layer norm it adds b."""
        return tf.cast(project(x, self.input_kernel, self._gates_bias, context), tf.float32)

    def gates_of_first(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        """Maps the first features of an input, [rows, count], to what they add to the gates.

        As `gates` it adds b, so that other features only add their products with the kernel.
        """
        first = KernelRows(self.input_kernel, 0, x.shape[-1])
        return tf.cast(context.multiply(x, first, self._gates_bias), tf.float32)

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return {}

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        """Returns zeros.

        Raises:
          ValueError: The Lstm is reversed.
        """
        if self.message.reverse:
            raise ValueError(
                f"{self.path}: an LSTM that reads from the last token to the first, as a "
                "bidirectional layer's does, cannot go token by token. Use one without reverse."
            )
        return {
            "cell": tf.zeros([rows, self.message.units]),
            "output": tf.zeros([rows, self.output_shape[-1]]),
        }

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        state, y = self.step_of_gates(state, self.gates(x, context), context)
        return state, tf.cast(y, x.dtype)

    def step_of_gates(
        self, state: State, gates: tf.Tensor, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        """Processes a token as `step` does, from what x adds to the gates, [rows, 4 units]."""
        zoneout = Zoneout(self.message.cell_zoneout or None, self.message.output_zoneout or None)
        weights = self._weights()
        gates += context.multiply_state(state["output"], weights.kernel)
        state = advance(self.message, weights, gates, state, zoneout, context.multiply)
        return state, state["output"]

    @property
    def _gates_bias(self) -> tf.Variable | None:
        return self.bias if self.scale is None else None

    def _gates_kernel(self, name: str, axis: str, features: Range) -> tf.Variable:
        """Makes the rows `features` of the kernel of [x output].

        The whole kernel is drawn as one matrix.
        """
        columns = GATES * self.message.units
        rows_of_both = self.require_dim() + self.output_shape[-1]

        def values(held: Held) -> tf.Tensor:
            rows = tuple(Range(features.start + start, size) for start, size in held[0])
            return self.place.initial_value(
                "kernel", (rows_of_both, columns), self.message.kernel_init, (rows, held[1])
            )

        return self.place.variable(
            name,
            (features.size, columns),
            axes=(axis, gate_units(self.message.units)),
            init=values,
            decays=True,
        )

    def _initial_bias(self, held: Held) -> tf.Tensor:
        whole = tf.repeat([0.0, 0.0, self.message.forget_bias, 0.0], self.message.units)
        return tf.concat([whole[start : start + size] for start, size in held[0]], 0)

    def _weights(self) -> LstmWeights:
        return LstmWeights(
            kernel=self.recurrent_kernel,
            projection=self.projection,
            scale=self.scale,
            bias=None if self.scale is None else self.bias,
        )

    def _zoneout(self, sizes: tf.Tensor, context: StepContext) -> Zoneout:
        """Returns the zoneout of all tokens. `sizes` is int32 [2], batch and time."""
        rates = {
            "cell": (self.message.cell_zoneout, self.message.units),
            "output": (self.message.output_zoneout, self.output_shape[-1]),
        }
        shares = {}
        for name, (rate, size) in rates.items():
            shape = tf.concat([sizes, [size]], 0)
            if rate == 0:
                shares[name] = None
            elif context.training:
                bits = random_uint16(shape, context.seed_for(f"{self.path}/{name}_zoneout"))
                threshold = tf.constant(min(round(rate * 65536), 65535), tf.uint16)
                shares[name] = tf.cast(bits < threshold, tf.float32)
            else:
                shares[name] = tf.fill(shape, rate)
        return Zoneout(**shares)


def gate_units(units: int) -> Fused:
    """Returns the axis that holds the four gates side by side."""
    return Fused.equal("lstm_units", GATES, units)


def _tensor(weight: tf.Variable | None) -> tf.Tensor | None:
    """Reads a weight once, outside of a loop."""
    return None if weight is None else tf.convert_to_tensor(weight)


def _starts(layout: SequenceLayout, reverse: bool) -> tf.Tensor | None:
    """Returns where a segment begins, or, if reversed, ends; None if not packed."""
    ids = layout.segment_ids
    if ids is None:
        return None
    if reverse:
        return tf.not_equal(ids, tf.pad(ids[:, 1:], [[0, 0], [0, 1]]))
    return tf.not_equal(ids, tf.pad(ids[:, :-1], [[0, 0], [1, 0]]))
