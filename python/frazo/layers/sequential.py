"""Layers applied in order."""

import tensorflow as tf

# Imported for their side effect: each binds itself to its message.
from frazo.layers import (  # noqa: F401
    dropout,
    embedding,
    feed_forward,
    layer_norm,
    linear,
    rms_norm,
)
from frazo.layers.activation import Elementwise
from frazo.layers.image import batch_norm, conv2d, flatten, max_pool2d  # noqa: F401
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import layer_pb2
from frazo.registry import build, register, unwrap


@register(layer_pb2.Sequential)
class Sequential(Layer):
    """layer[n-1](... layer[0](x))."""

    def __init__(self, message: layer_pb2.Sequential, place: Place):
        super().__init__(message, place)
        self.layers: list[Layer] = []
        for position, layer_message in enumerate(message.layers):
            name = _layer_name(layer_message, position)
            layer = _build_layer(layer_message, place.at(name, self.output_shape))
            self.layers.append(layer)
            self.output_shape = layer.output_shape

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        for layer in self.layers:
            x = layer(x, context)
        return x


def _build_layer(message: layer_pb2.Layer, place: Place) -> Layer:
    kind, value = unwrap(message)
    # This kind is an enum. Only messages can be bound to a class.
    if kind == "activation":
        return Elementwise(value, place)
    return build(value, place=place)


def _layer_name(message: layer_pb2.Layer, position: int) -> str:
    return message.name or f"{message.WhichOneof('kind')}_{position}"
