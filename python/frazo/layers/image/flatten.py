"""Joins all dimensions but the batch."""

import math

import tensorflow as tf
from frazo.layers.layer import Layer, show_shape
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import layer_pb2
from frazo.registry import register


@register(layer_pb2.Layer.Flatten)
class Flatten(Layer):
    """Maps [batch, a, b, ...] to [batch, a * b * ...]."""

    def __init__(self, message: layer_pb2.Layer.Flatten, place: Place):
        super().__init__(message, place)
        sizes = [size for size in self.input_shape[1:] if size is not None]
        if len(sizes) != len(self.input_shape) - 1:
            raise ValueError(
                f"{self.path}: the input has shape {show_shape(self.input_shape)}; Flatten expects "
                "known sizes in all dimensions but the batch."
            )
        self.output_shape = (self.input_shape[0], math.prod(sizes))

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        return tf.reshape(x, [-1, self.output_shape[1]])
