"""Layer normalization."""

import tensorflow as tf
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
        scale = self.scale + 1 if self.message.scale_is_offset_from_one else self.scale
        y = standardized(tf.cast(x, tf.float32), self.message.epsilon) * scale + self.bias
        return tf.cast(y, x.dtype)


def standardized(x: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Returns (x - mean) / sqrt(variance + epsilon), over the last dimension."""

    # The gradient that TensorFlow derives would pass over x about three times more.
    @tf.custom_gradient
    def standardize(x):
        centred = x - tf.reduce_mean(x, -1, keepdims=True)
        inverse = tf.math.rsqrt(tf.reduce_mean(tf.square(centred), -1, keepdims=True) + epsilon)
        y = centred * inverse

        def gradient(dy):
            slope = tf.reduce_mean(dy * y, -1, keepdims=True)
            return (dy - tf.reduce_mean(dy, -1, keepdims=True) - y * slope) * inverse

        return y, gradient

    return standardize(x)
