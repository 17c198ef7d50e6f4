"""Root mean square normalization."""

import tensorflow as tf
from frazo.layers.layer import Layer, constant
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2
from frazo.registry import register


@register(norm_pb2.RmsNorm)
class RmsNorm(Layer):
    """scale x / sqrt(mean(x^2) + epsilon), over the last dimension of any rank. scale: [dim].

    Zhang and Sennrich 2019, equation 4.
    """

    def __init__(self, message: norm_pb2.RmsNorm, place: Place):
        super().__init__(message, place)
        self.scale = place.variable(
            "scale", (self.require_dim(),), axes=("embed",), init=constant(1)
        )

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        wide = tf.cast(x, tf.float32)
        mean_square = tf.reduce_mean(tf.square(wide), -1, keepdims=True)
        y = wide * tf.math.rsqrt(mean_square + self.message.epsilon) * self.scale
        return tf.cast(y, x.dtype)
