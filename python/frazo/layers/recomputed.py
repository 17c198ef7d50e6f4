"""Values that the gradient computes again instead of keeping them."""

from collections.abc import Callable

import tensorflow as tf


def recomputed(function: Callable[..., tf.Tensor], *arguments: tf.Tensor) -> tf.Tensor:
    """Returns function(*arguments), whose gradient computes the function again.

    Only the arguments are kept until then. Use it for a function with large intermediate values
    (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"). The function must not
    depend on other variables.
    """

    @tf.custom_gradient
    def call(*inputs: tf.Tensor):
        def gradient(upstream: tf.Tensor) -> list[tf.Tensor]:
            with tf.GradientTape() as tape:
                tape.watch(inputs)
                again = function(*inputs)
            return tape.gradient(again, list(inputs), output_gradients=upstream)

        return function(*inputs), gradient

    return call(*(tf.convert_to_tensor(argument) for argument in arguments))
