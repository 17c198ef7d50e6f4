"""The decoder of RNMT+."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.layers.dropout import Dropout
from frazo.layers.packed_kernels import KernelRows
from frazo.layers.place import Place
from frazo.layers.recurrent.attention_lstm import AttentionLstm
from frazo.layers.recurrent.context_product import Found, context_product
from frazo.layers.recurrent.lstm import Lstm
from frazo.layers.sequence_layer import AttendingLayer, Memory, State
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import dropout_pb2, rnmt_plus_pb2
from frazo.registry import register


@register(rnmt_plus_pb2.RnmtPlusDecoder)
class RnmtPlusDecoder(AttendingLayer):
    """Maps [batch, time, dim] and a memory to [batch, time, units + context_dim].

    The output is the last layer's output beside the context that the first layer found in the
    memory. The variables are those of an AttentionLstm below layer0 and of an Lstm below layer1,
    layer2, ... The state has the states of the layers by these names. The memory cache is that of
    the first layer, and has layer1, layer2, ... where AttentionLstm.products does: of those rows of
    their input/kernel by which the context is multiplied.
    """

    def __init__(
        self,
        message: rnmt_plus_pb2.RnmtPlusDecoder,
        place: Place,
        *,
        memory_shape: Sequence[int | None],
    ):
        """Makes the layers.

        Args:
          message: The message.
          place: The place, with input shape [batch, time, dim].
          memory_shape: [batch, source_time, memory_dim], the shape of the encoder's output.
        """
        super().__init__(message, place)
        self.input_dropout = self._dropout("input_dropout", message.input_dropout)
        self.first = AttentionLstm(
            message.layer, message.attention, place.at("layer0"), memory_shape=memory_shape
        )
        self.output_shape = self.first.output_shape
        self.above = [
            Lstm(message.layer, place.at(f"layer{index}", self.output_shape))
            for index in range(1, message.num_layers)
        ]
        self.dropouts = [
            self._dropout(f"dropout{index}", message.dropout)
            for index in range(1, message.num_layers)
        ]

    def attend(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor | None]:
        x = self.input_dropout(x, context)
        y, probabilities = self.first.attend(x, layout, context, memory)
        x, contexts = self.first.split(y)
        # No layer above feeds back into the first, so each of them can process all tokens at once.
        for number, layer in enumerate(self.above, 1):
            y = layer(tf.concat([x, contexts], -1), layout, context)
            x = self._joined(number, x, self.dropouts[number - 1](y, context))
        return tf.concat([x, contexts], -1), probabilities

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        cache = self.first.memory_cache(memory, context)
        matrices = {
            f"layer{number}": self._context_rows(layer)
            for number, layer in enumerate(self.above, 1)
        }
        return {**cache, **self.first.products(cache, matrices, context)}

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        state = {"layer0": self.first.init_state(rows, memory_cache)}
        for number, layer in enumerate(self.above, 1):
            state[f"layer{number}"] = layer.init_state(rows, {})
        return state

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        first, y = self.first.step(state["layer0"], x, memory_cache, context)
        x, contexts = self.first.split(y)
        found = self.first.found(first)
        new_state = {"layer0": first}
        for number, layer in enumerate(self.above, 1):
            name = f"layer{number}"
            gates = self._gates(layer, x, found, memory_cache.get(name), context)
            new_state[name], y = layer.step_of_gates(state[name], gates, context)
            x = self._joined(number, x, tf.cast(y, x.dtype))
        return new_state, tf.concat([x, contexts], -1)

    def probabilities(self, state: State) -> tf.Tensor | None:
        return self.first.probabilities(state["layer0"])

    def _gates(
        self,
        layer: Lstm,
        x: tf.Tensor,
        found: Found,
        of_sources: tf.Tensor | None,
        context: StepContext,
    ) -> tf.Tensor:
        """Returns what [x context] adds to the gates of a layer above the first."""
        if of_sources is None:
            return layer.gates(tf.concat([x, tf.cast(found.context, x.dtype)], -1), context)
        of_context = context_product(found, of_sources, self._context_rows(layer), context)
        return layer.gates_of_first(x, context) + of_context

    def _context_rows(self, layer: Lstm) -> KernelRows:
        size = self.first.lstm.output_shape[-1]
        return KernelRows(layer.input_kernel, size, self.first.context_dim)

    def _joined(self, number: int, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
        """Returns the output of layer `number` from its input x and its result y."""
        message = self.message
        return x + y if message.HasField("residual_from") and number >= message.residual_from else y

    def _dropout(self, name: str, rate: float) -> Dropout:
        return Dropout(dropout_pb2.Dropout(rate=rate), self.place.at(name))
