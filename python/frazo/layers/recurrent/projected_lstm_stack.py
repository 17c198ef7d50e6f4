"""Bidirectional LSTM layers with normalized projections between them."""

import tensorflow as tf
from frazo.layers.image.batch_norm import BatchNorm
from frazo.layers.linear import Linear
from frazo.layers.place import Place
from frazo.layers.recurrent.bidirectional_lstm import BidirectionalLstm
from frazo.layers.sequence_layer import Memory, SequenceLayer
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import linear_pb2, lstm_pb2
from frazo.registry import register


@register(lstm_pb2.ProjectedLstmStack)
class ProjectedLstmStack(SequenceLayer):
    """Maps [batch, time, dim] to [batch, time, 2 size], zero where no token is.

    Layer i is a BidirectionalLstm below layer<i>. Behind each but the last there are
    projection<i>/kernel, [2 size, 2 size], and a BatchNorm below norm<i>.
    """

    def __init__(self, message: lstm_pb2.ProjectedLstmStack, place: Place):
        super().__init__(message, place)
        self.layers: list[BidirectionalLstm] = []
        self._projections: list[Linear] = []
        self._norms: list[BatchNorm] = []
        lstm = lstm_pb2.BidirectionalLstm(lstm=message.layer)
        shape = self.input_shape
        for index in range(message.num_layers):
            layer = BidirectionalLstm(lstm, place.at(f"layer{index}", shape))
            self.layers.append(layer)
            shape = layer.output_shape
            if index == message.num_layers - 1:
                break
            projection = linear_pb2.Linear(
                units=shape[-1], bias=False, kernel_init=message.projection_init
            )
            self._projections.append(Linear(projection, place.at(f"projection{index}", shape)))
            self._norms.append(BatchNorm(message.batch_norm, place.at(f"norm{index}", shape)))
        self.output_shape = shape

    def __call__(
        self,
        x: tf.Tensor,
        layout: SequenceLayout,
        context: StepContext,
        memory: Memory | None = None,
    ) -> tf.Tensor:
        between = zip(self.layers[:-1], self._projections, self._norms, strict=True)
        for layer, projection, norm in between:
            y = projection(layer(x, layout, context), context)
            x = tf.nn.relu(norm(y, context, layout.mask))
        return self.layers[-1](x, layout, context)
