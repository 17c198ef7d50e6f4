"""Elementwise functions."""

import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import activation_pb2

_FUNCTIONS = {
    activation_pb2.IDENTITY: lambda x: x,
    activation_pb2.RELU: tf.nn.relu,
    activation_pb2.TANH: tf.tanh,
    activation_pb2.SIGMOID: tf.sigmoid,
    activation_pb2.GELU: lambda x: tf.nn.gelu(x, approximate=False),
    activation_pb2.GELU_TANH: lambda x: tf.nn.gelu(x, approximate=True),
    activation_pb2.SILU: tf.nn.silu,
}


def activate(x: tf.Tensor, activation: activation_pb2.Activation) -> tf.Tensor:
    """Applies an activation to every element."""
    return _FUNCTIONS[activation](x)


class Elementwise(Layer):
    """A layer that applies an activation. Its message is None: the enum value stands for it."""

    def __init__(self, activation: activation_pb2.Activation, place: Place):
        super().__init__(None, place)
        self._activation = activation

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return activate(x, self._activation)
