"""Values that the gradient computes again instead of keeping them."""

import contextlib
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import tensorflow as tf
from frazo.layers.step_context import StepContext

# The name scope of what is computed again.
SCOPE = "recomputed"

Result = TypeVar("Result", tf.Tensor, list[tf.Tensor])


def recomputed(function: Callable[..., Result], *arguments: tf.Tensor) -> Result:
    """Returns function(*arguments), whose gradient computes the function again.

    Only the arguments are kept until then. Use it for a function with large intermediate values
    (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"). The arguments and the
    variables that the function reads have gradients, other tensors that it depends on have none.

    Args:
      function: Maps the arguments to a tensor or a list of tensors, the same each time.
      *arguments: Tensors of floats.
    """

    @tf.custom_gradient
    def call(*inputs: tf.Tensor):
        def gradient(*upstream: tf.Tensor, variables: Sequence[tf.Variable] = ()):
            with tf.GradientTape() as tape, _after(upstream), tf.name_scope(SCOPE):
                tape.watch(inputs)
                again = function(*inputs)
            slopes = tape.gradient(again, [*inputs, *variables], output_gradients=list(upstream))
            # All values of the second pass have gone when another one begins.
            with _after(slopes):
                of_inputs = [_identity(slope) for slope in slopes[: len(inputs)]]
            of_variables = slopes[len(inputs) :]
            return (of_inputs, of_variables) if variables else of_inputs

        with _after(inputs):
            return function(*inputs), gradient

    return call(*(tf.convert_to_tensor(argument) for argument in arguments))


def _after(values: Sequence[Any]) -> contextlib.AbstractContextManager[Any]:
    """Within it are ops that run when the values are there: tensors, IndexedSlices or None.

    Else the random numbers of all layers would be drawn at once and kept. If a second pass did not
    wait for its gradient, TensorFlow would merge it with the first pass.
    """
    tensors = tf.nest.flatten(list(values), expand_composites=True)
    return tf.control_dependencies([tensor for tensor in tensors if tensor is not None])


def _identity(slope: tf.Tensor | None) -> tf.Tensor | None:
    return None if slope is None else tf.identity(slope)


def recomputed_in(
    context: StepContext,
    function: Callable[..., Sequence[tf.Tensor]],
    *arguments: tf.Tensor,
) -> list[tf.Tensor]:
    """Returns function(context, *arguments), whose gradient computes the function again.

    What the function adds to the context counts once, and its auxiliary losses have gradients.

    Args:
      context: The context of the step.
      function: Maps a context of the step and the arguments to tensors.
      *arguments: Tensors of floats.
    """
    passes: list[StepContext] = []

    def compute(*inputs: tf.Tensor) -> list[tf.Tensor]:
        own = context.apart()
        passes.append(own)
        values = function(own, *inputs)
        return [*values, *(part for loss in own.auxiliary_losses for part in loss[:2])]

    outputs = recomputed(compute, *arguments)
    first = passes[0]
    count = len(outputs) - 2 * len(first.auxiliary_losses)
    totals, weights = outputs[count::2], outputs[count + 1 :: 2]
    first.auxiliary_losses = [
        loss._replace(total=total, weight=weight)
        for loss, total, weight in zip(first.auxiliary_losses, totals, weights, strict=True)
    ]
    context.include(first)
    return outputs[:count]
