"""The TensorFlow op of the gradient of a convolution."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


def sparse_conv2d_gradient(
    x: tf.Tensor, kernel: tf.Tensor, output_gradient: tf.Tensor, *, stride: int, padding: str
) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the gradients of tf.nn.conv2d(x, kernel, stride, padding) for x and for kernel.

    The time of the kernel is proportional to the number of nonzero elements of output_gradient. It
    is worth it if at most a third are nonzero, as after max pooling. The result does not depend on
    the number of threads.

    Args:
      x: float32 [batch, height, width, channels].
      kernel: float32 [kernel_height, kernel_width, channels, filters].
      output_gradient: float32 [batch, out_height, out_width, filters].
      stride: Step of the window in both directions, pixels.
      padding: "SAME" or "VALID".

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not belong to one convolution.
    """
    if not uses_kernels():
        settings = {"strides": [1, stride, stride, 1], "padding": padding}
        return (
            tf.raw_ops.Conv2DBackpropInput(
                input_sizes=tf.shape(x), filter=kernel, out_backprop=output_gradient, **settings
            ),
            tf.raw_ops.Conv2DBackpropFilter(
                input=x, filter_sizes=tf.shape(kernel), out_backprop=output_gradient, **settings
            ),
        )
    gradients = op_library().frazo_sparse_conv2d_gradient(
        input=x, filter=kernel, output_gradient=output_gradient, stride=stride, padding=padding
    )
    return gradients.input_gradient, gradients.filter_gradient
