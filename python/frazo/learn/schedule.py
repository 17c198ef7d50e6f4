"""The contract of a schedule."""

from typing import Any

import tensorflow as tf


class Schedule:
    """The factor on the learning rate: a pure function of the step."""

    def __init__(self, message: Any):
        self.message = message

    def __call__(self, step: tf.Tensor) -> tf.Tensor:
        """From the int64 number of steps done before this one to a float32 scalar.

        Arithmetic is in float64: float32 cannot tell steps beyond 2^24 apart.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define __call__(step)")
