"""Maximum over the windows of an image."""

import tensorflow as tf
from frazo.layers.attention.window import positions, require_positions
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import conv_pb2, pooling_pb2
from frazo.registry import register


@register(pooling_pb2.MaxPool2d)
class MaxPool2d(Layer):
    """Maps [batch, height, width, channels] to [batch, height', width', channels]."""

    def __init__(self, message: pooling_pb2.MaxPool2d, place: Place):
        super().__init__(message, place)
        height, width, channels = self.require_rank(4, "[batch, height, width, channels]")
        self._stride = message.stride if message.HasField("stride") else message.window
        self.output_shape = (
            self.input_shape[0],
            positions(height, message.window, self._stride, message.padding),
            positions(width, message.window, self._stride, message.padding),
            channels,
        )
        require_positions(self.path, self.output_shape)

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        padding = conv_pb2.Padding.Name(self.message.padding)
        return tf.nn.max_pool2d(x, self.message.window, self._stride, padding)
