"""Two-dimensional convolution."""

import tensorflow as tf
from frazo.layers.activation import activate
from frazo.layers.attention.window import positions, require_positions
from frazo.layers.image.convolution import convolve
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import conv_pb2
from frazo.registry import register


@register(conv_pb2.Conv2d)
class Conv2d(Layer):
    """activation(x * kernel + bias), with * the cross-correlation.

    Maps [batch, height, width, channels] to [batch, height', width', filters]. kernel:
    [kernel_height, kernel_width, channels, filters]; bias: [filters].
    """

    def __init__(self, message: conv_pb2.Conv2d, place: Place):
        super().__init__(message, place)
        height, width, channels = self.require_rank(4, "[batch, height, width, channels]")
        window = (message.kernel_height, message.kernel_width)
        self.output_shape = (
            self.input_shape[0],
            positions(height, window[0], message.stride, message.padding),
            positions(width, window[1], message.stride, message.padding),
            message.filters,
        )
        require_positions(self.path, self.output_shape)
        self.kernel = place.variable(
            "kernel",
            (*window, channels, message.filters),
            axes=("height", "width", "input_channels", "channels"),
            init=message.kernel_init,
            decays=True,
        )
        self.bias = None
        if message.bias:
            self.bias = place.variable(
                "bias", (message.filters,), axes=("channels",), init=constant(0)
            )

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        message = self.message
        padding = conv_pb2.Padding.Name(message.padding)
        y = convolve(x, self.kernel, stride=message.stride, padding=padding)
        if self.bias is not None:
            y = tf.nn.bias_add(y, tf.cast(self.bias, y.dtype))
        return activate(y, message.activation)
