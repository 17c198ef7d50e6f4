"""Exponential moving averages of the weights."""

import contextlib
from collections.abc import Iterator, Sequence

import tensorflow as tf
from frazo.layers.declaration import inherit

# The name of an average begins with it; the name of its weight follows.
AVERAGE_PREFIX = "learner/average/"


class MovingAverages(tf.Module):
    """average = d average + (1 - d) w with d = min(decay, (1 + t) / (10 + t)).

    The second bound lets the averages forget the initial weights early in training.
    """

    def __init__(self, decay: float, variables: Sequence[tf.Variable]):
        super().__init__()
        self._decay = decay
        self._weights = list(variables)
        self.averages = [
            inherit(
                tf.Variable(
                    weight.read_value(),
                    trainable=False,
                    name=AVERAGE_PREFIX + weight.name.removesuffix(":0"),
                ),
                weight,
            )
            for weight in variables
        ]

    def restart(self) -> None:
        """Sets the averages to the weights."""
        for average, weight in zip(self.averages, self._weights, strict=True):
            average.assign(weight)

    def decay_at(self, step: tf.Tensor) -> tf.Tensor:
        """Returns d, a float32 scalar, at int64 step t, the number of steps done before
        this one.
        """
        t = tf.cast(step, tf.float64)
        return tf.cast(tf.minimum((1 + t) / (10 + t), self._decay), tf.float32)

    def update(self, step: tf.Tensor) -> None:
        """Updates the averages. Call it after the weights were updated."""
        share = 1 - self.decay_at(step)
        for average, weight in zip(self.averages, self._weights, strict=True):
            average.assign_sub(share * (average - weight))

    @contextlib.contextmanager
    def swapped(self) -> Iterator[None]:
        """Inside the context the variables hold their averages; afterwards, also after an error,
        their own values.

        Eager only. Do not use it while the variables are saved or trained.
        """
        own = [weight.read_value() for weight in self._weights]
        try:
            for weight, average in zip(self._weights, self.averages, strict=True):
                weight.assign(average)
            yield
        finally:
            for weight, value in zip(self._weights, own, strict=True):
                weight.assign(value)
