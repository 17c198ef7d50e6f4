"""An LSTM in both directions."""

import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.recurrent.lstm import Lstm
from frazo.layers.sequence_layer import Memory, SequenceLayer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import lstm_pb2
from frazo.registry import register


@register(lstm_pb2.BidirectionalLstm)
class BidirectionalLstm(SequenceLayer):
    """Maps [batch, time, dim] to [batch, time, 2 size], with both directions side by side.

    The variables are those of an Lstm below forward and of an Lstm below backward.
    """

    def __init__(self, message: lstm_pb2.BidirectionalLstm, place: Place):
        super().__init__(message, place)
        if message.lstm.reverse:
            raise ValueError(
                f"{self.path}: reverse is set for the LSTM of a bidirectional layer, which runs in "
                "both directions anyway. Unset lstm.reverse."
            )
        self.forward = Lstm(message.lstm, place.at("forward"))
        backward = lstm_pb2.Lstm()
        backward.CopyFrom(message.lstm)
        backward.reverse = True
        self.backward = Lstm(backward, place.at("backward"))
        self.output_shape = (*self.input_shape[:-1], 2 * self.forward.output_shape[-1])

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        return tf.concat(
            [direction(x, layout, context) for direction in (self.forward, self.backward)], -1
        )
