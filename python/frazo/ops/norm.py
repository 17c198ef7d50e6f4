"""TensorFlow ops of norms: layer normalization, and sums of squares."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


def layer_norm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor, *, epsilon: float) -> tf.Tensor:
    """Computes scale (x - mean) / sqrt(variance + epsilon) + bias over the last dimension.

    Ba et al. 2016, equation 4; the variance has divisor dim. The kernel and its gradient each pass
    over x once.

    Args:
      x: float32 [..., dim].
      scale: float32 [dim].
      bias: float32 [dim].
      epsilon: >= 0.

    Returns:
      float32 [..., dim].

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit.
    """
    if not uses_kernels():
        return standardized(x, epsilon) * scale + bias

    @tf.custom_gradient
    def norm(x: tf.Tensor, scale: tf.Tensor, bias: tf.Tensor):
        given = op_library().frazo_layer_norm(x=x, scale=scale, bias=bias, epsilon=epsilon)

        def gradient(slopes: tf.Tensor) -> list[tf.Tensor]:
            return list(
                op_library().frazo_layer_norm_gradient(
                    x=x, scale=scale, moments=given.moments, slopes=slopes
                )
            )

        return given.y, gradient

    return norm(x, scale, bias)


def standardized(x: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Returns (x - mean) / sqrt(variance + epsilon), over the last dimension, in a plain graph."""

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


def squared_norm(values: tf.Tensor) -> tf.Tensor:
    """Returns the sum of the squares of all values, float32 []. It has no gradient.

    It is infinite above the largest float, and not finite if a value is not.

    Args:
      values: float32, of any shape.
    """
    if not uses_kernels():
        return 2 * tf.nn.l2_loss(values)
    return op_library().frazo_squared_norm(values=values)
