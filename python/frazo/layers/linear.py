"""Projection of the last dimension."""

import tensorflow as tf
from frazo.layers.activation import activate
from frazo.layers.layer import Layer, constant, show_shape
from frazo.layers.step_context import StepContext
from frazo.proto import linear_pb2
from frazo.registry import register


@register(linear_pb2.Linear)
class Linear(Layer):
    """activation(x W + b): [..., features] to [..., units]. kernel: [features, units]."""

    def __init__(self, message: linear_pb2.Linear, **place):
        super().__init__(message, **place)
        features = self.input_shape[-1]
        if len(self.input_shape) < 2 or features is None:
            raise ValueError(
                f"{self.path}: the input has shape {show_shape(self.input_shape)}; Linear expects "
                "[batch, ..., features] with a known number of features."
            )
        self.output_shape = (*self.input_shape[:-1], message.units)
        self.kernel = self.add_variable("kernel", (features, message.units), message.kernel_init)
        self.bias = (
            self.add_variable("bias", (message.units,), constant(0)) if message.bias else None
        )

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        y = tf.tensordot(x, self.kernel, 1)
        if self.bias is not None:
            y = tf.nn.bias_add(y, self.bias)
        return activate(y, self.message.activation)
