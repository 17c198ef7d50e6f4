"""A loop over the tokens of sequences."""

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
from frazo.layers.sequence_layer import State


def over_time(
    advance: Callable[[tf.Tensor, State, Any], tuple[State, Sequence[tf.Tensor]]],
    state: State,
    inputs: Any,
    output_sizes: Sequence[int | None],
    *,
    reverse: bool = False,
) -> list[tf.Tensor]:
    """Runs a function token by token.

    Args:
      advance: Maps a token's position in time, int32 [], the state before it and its inputs,
        [batch, ...], to the state after it and its outputs, each [batch, size].
      state: The state before the first token.
      inputs: Nested tensors [batch, time, ...]. An entry may be None; at least one is a tensor.
      output_sizes: The sizes of the outputs; None where a size is not fixed.
      reverse: Whether to run from the last token to the first.

    Returns:
      The outputs of all tokens, each [batch, time, size].
    """
    inputs = tf.nest.map_structure(_time_major, inputs)
    time = tf.shape(next(x for x in tf.nest.flatten(inputs) if x is not None))[0]
    outputs = [
        tf.TensorArray(tf.float32, size=time, element_shape=[None, size]) for size in output_sizes
    ]

    def body(count: tf.Tensor, state: State, outputs: list[tf.TensorArray]):
        position = time - 1 - count if reverse else count
        token = tf.nest.map_structure(lambda x: None if x is None else x[position], inputs)
        before = state
        state, found = advance(position, before, token)
        # The loop drops static sizes; restore them.
        tf.nest.map_structure(lambda x, first: x.set_shape(first.shape), state, before)
        outputs = [array.write(position, y) for array, y in zip(outputs, found, strict=True)]
        return count + 1, state, outputs

    _, _, outputs = tf.while_loop(
        lambda count, *_: count < time, body, (0, state, outputs), maximum_iterations=time
    )
    return [_time_major(array.stack()) for array in outputs]


def _time_major(x: tf.Tensor | None) -> tf.Tensor | None:
    """Exchanges the first two dimensions."""
    return None if x is None else tf.transpose(x, [1, 0, *range(2, x.shape.rank)])
