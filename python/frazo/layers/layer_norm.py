"""Layer normalization."""

import tensorflow as tf
from frazo import ops
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2
from frazo.registry import register


@register(norm_pb2.LayerNorm)
class LayerNorm(Layer):
    """scale (x - mean) / sqrt(variance + epsilon) + bias, over the last dimension of any rank.

    Ba et al. 2016, equation 4; the variance has divisor n. scale and bias: [dim].
    """

    def __init__(self, message: norm_pb2.LayerNorm, place: Place):
        super().__init__(message, place)
        dim = self.require_dim()
        first = 0 if message.scale_is_offset_from_one else 1
        self.scale = place.variable("scale", (dim,), axes=("embed",), init=constant(first))
        self.bias = place.variable("bias", (dim,), axes=("embed",), init=constant(0))

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        scale = tf.convert_to_tensor(self.scale)
        if self.message.scale_is_offset_from_one:
            scale += 1
        wide = tf.cast(x, tf.float32)
        y = ops.layer_norm(
            wide, scale, tf.convert_to_tensor(self.bias), epsilon=self.message.epsilon
        )
        return tf.cast(y, x.dtype)
