"""LSTM layers on top of each other."""

import tensorflow as tf
from frazo.layers.dropout import Dropout
from frazo.layers.layer import show_shape
from frazo.layers.place import Place
from frazo.layers.recurrent import bidirectional_lstm  # noqa: F401  It binds itself to its message.
from frazo.layers.sequence_layer import Memory, SequenceLayer, State, TokenDecoder
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import dropout_pb2, lstm_pb2
from frazo.registry import build, register


@register(lstm_pb2.LstmStack)
class LstmStack(SequenceLayer, TokenDecoder):
    """Maps [batch, time, dim] to [batch, time, size]. size is that of a layer's output.

    The state has the states of the layers by the names layer0, layer1, ...
    """

    def __init__(self, message: lstm_pb2.LstmStack, place: Place):
        super().__init__(message, place)
        layer_message = message.layer
        if message.bidirectional:
            layer_message = lstm_pb2.BidirectionalLstm(lstm=message.layer)
        self.input_dropout = self._dropout("input_dropout", message.input_dropout)
        self.layers: list[SequenceLayer] = []
        self.dropouts: list[Dropout] = []
        shape = self.input_shape
        for index in range(message.num_layers):
            layer = build(layer_message, place=place.at(f"layer{index}", shape))
            if self._has_residual(index) and layer.output_shape[-1] != shape[-1]:
                raise ValueError(
                    f"{layer.path}: its input {show_shape(shape)} cannot be added to its output "
                    f"{show_shape(layer.output_shape)}. Raise residual_from or make the sizes equal."
                )
            self.layers.append(layer)
            self.dropouts.append(self._dropout(f"dropout{index}", message.dropout))
            shape = layer.output_shape
        self.output_shape = shape

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        x = self.input_dropout(x, context)
        for index, layer in enumerate(self.layers):
            y = self.dropouts[index](layer(x, layout, context), context)
            x = x + y if self._has_residual(index) else y
        return x

    def memory_cache(self, memory: Memory | None, context: StepContext) -> State:
        return {}

    def init_state(self, rows: int | tf.Tensor, memory_cache: State) -> State:
        """Returns the states of the layers.

        Raises:
          ValueError: The layers are bidirectional.
        """
        if self.message.bidirectional:
            raise ValueError(
                f"{self.path}: bidirectional layers read from the last token to the first, too, and "
                "cannot go token by token. Unset bidirectional."
            )
        return {
            f"layer{index}": layer.init_state(rows, memory_cache)
            for index, layer in enumerate(self.layers)
        }

    def step(
        self, state: State, x: tf.Tensor, memory_cache: State, context: StepContext
    ) -> tuple[State, tf.Tensor]:
        new_state = {}
        for index, layer in enumerate(self.layers):
            name = f"layer{index}"
            new_state[name], y = layer.step(state[name], x, memory_cache, context)
            x = x + y if self._has_residual(index) else y
        return new_state, x

    def _has_residual(self, index: int) -> bool:
        return self.message.HasField("residual_from") and index >= self.message.residual_from

    def _dropout(self, name: str, rate: float) -> Dropout:
        return Dropout(dropout_pb2.Dropout(rate=rate), self.place.at(name))
