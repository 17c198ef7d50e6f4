"""The value that training minimizes."""

from typing import NamedTuple

import tensorflow as tf


class Loss(NamedTuple):
    """The loss of a batch: a mean, as the sum and the weight that it is made of.

    The mean over several batches, whatever their sizes, is the sum of their totals divided by the
    sum of their weights.

    total: float32 [], the sum of weight * loss over the elements of the batch (examples or tokens).
    weight: float32 [], the sum of these weights, >= 0.
    """

    total: tf.Tensor
    weight: tf.Tensor

    @property
    def mean(self) -> tf.Tensor:
        """float32 []: total / weight, or 0 if the weight is 0."""
        return tf.math.divide_no_nan(self.total, self.weight)
