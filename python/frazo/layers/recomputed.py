"""Values that are computed twice rather than kept."""

from collections.abc import Callable

import tensorflow as tf


def recomputed(function: Callable[..., tf.Tensor], *arguments: tf.Tensor) -> tf.Tensor:
    """function(*arguments), for a large intermediate in it: the gradient computes it again and only
    the arguments are kept until then (Chen et al. 2016, "Training Deep Nets with Sublinear Memory
    Cost").

    The function must depend on no other variables.
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
