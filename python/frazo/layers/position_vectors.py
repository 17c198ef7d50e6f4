"""Vectors of positions, which are added to the tokens' vectors."""

import math

import numpy as np
import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import initializer_pb2, position_pb2
from frazo.registry import register


@register(position_pb2.SinusoidalPositions)
class SinusoidalPositions(Layer):
    """Sines, then cosines, of position / timescale: maps int32 [...] to [..., dim]. dim is even.

    Vaswani et al. 2017, section 3.5, but with all sines before all cosines. Timescale i of n = dim
    / 2 is min_timescale (max_timescale / min_timescale)^(i / (n - 1)). dim is the size of the
    tokens' vectors.
    """

    def __init__(self, message: position_pb2.SinusoidalPositions, place: Place, *, dim: int):
        """Computes the frequencies.

        Args:
          message: The message.
          place: The place. Its input shape is that of the positions.
          dim: The size of the tokens' vectors.

        Raises:
          ValueError: dim is odd.
        """
        super().__init__(message, place)
        if dim % 2:
            raise ValueError(
                f"{self.path}: sinusoidal positions need vectors of an even size, not {dim}. "
                "Change the size of the embedding, or use learned positions."
            )
        self.output_shape = (*self.input_shape, dim)
        self._frequencies = inverse_timescales(
            dim // 2, first=message.min_timescale, last=message.max_timescale
        )

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        angles = tf.cast(x, tf.float32)[..., tf.newaxis] * self._frequencies
        return tf.concat([tf.sin(angles), tf.cos(angles)], -1)


@register(position_pb2.LearnedPositions)
class LearnedPositions(Layer):
    """Maps positions, int32 [...], to rows of a table [max_length, dim]: [..., dim].

    A position that is not below max_length raises InvalidArgumentError.

    Attributes:
      max_length: The number of positions.
    """

    def __init__(self, message: position_pb2.LearnedPositions, place: Place, *, dim: int):
        super().__init__(message, place)
        self.output_shape = (*self.input_shape, dim)
        self.max_length = message.max_length
        init = initializer_pb2.Initializer()
        init.gaussian.stddev = 1
        if message.HasField("table_init"):
            init = message.table_init
        self.table = place.variable(
            "table", (self.max_length, dim), axes=("position", "embed"), init=init
        )

    def __call__(self, x: tf.Tensor, context: StepContext) -> tf.Tensor:
        check = tf.debugging.assert_less(
            x,
            self.max_length,
            message=f"{self.path}: a sequence is longer than the table of positions, "
            f"{self.max_length} tokens. Raise max_length, or shorten the sequence.",
        )
        # Without the dependency, a check of tf.gather may fail first. Its error names no remedy.
        with tf.control_dependencies([check]):
            return tf.gather(self.table, x)


def inverse_timescales(count: int, *, first: float, last: float) -> np.ndarray:
    """Returns 1 / timescale for `count` timescales from `first` to `last`, float32 [count].

    The timescales are in geometric progression.
    """
    exponents = np.arange(count) / max(count - 1, 1)
    return (np.exp(-exponents * math.log(last / first)) / first).astype(np.float32)
