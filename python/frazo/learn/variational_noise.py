"""Adds noise to the weights while gradients are computed."""

import contextlib
from collections.abc import Iterator, Sequence

import tensorflow as tf
from frazo.layers.step_context import StepContext
from frazo.learn.trained_weight import TrainedWeight
from frazo.learn.variable_rules import matching
from frazo.learn.whole_values import cut_suffix
from frazo.proto import variational_noise_pb2


class VariationalNoise:
    """w + stddev e from start_step on, e of the standard normal distribution.

    e is a pure function of (experiment seed, step, name of the variable).
    """

    def __init__(
        self,
        message: variational_noise_pb2.VariationalNoise,
        weights: Sequence[TrainedWeight],
    ):
        """Raises ValueError if a pattern matches none of the weights."""
        self._message = message
        names = [weight.name for weight in weights]
        noisy = set() if message.patterns else set(names)
        for index, pattern in enumerate(message.patterns):
            noisy.update(matching(pattern, names, field=f"variational_noise.patterns[{index}]"))
        self._weights = [weight for weight in weights if weight.name in noisy]

    @contextlib.contextmanager
    def added(self, context: StepContext, global_step: tf.Tensor) -> Iterator[None]:
        """Inside the context the weights hold noise; afterwards their own values, bit for bit.

        Args:
          context: Gives the seed.
          global_step: int64 [], the number of steps done before this one.
        """
        own = [weight.variable.read_value() for weight in self._weights]
        is_on = global_step >= self._message.start_step
        for weight, value in zip(self._weights, own, strict=True):
            noisy = tf.cond(
                is_on, lambda w=weight, v=value: v + self._noise(w, context), lambda v=value: v
            )
            weight.variable.assign(noisy)
        try:
            yield
        finally:
            for weight, value in zip(self._weights, own, strict=True):
                weight.variable.assign(value)

    def _noise(self, weight: TrainedWeight, context: StepContext) -> tf.Tensor:
        seed = context.seed_for(f"learner/variational_noise/{weight.name}{cut_suffix(weight)}")
        shape = weight.variable.shape
        return self._message.stddev * tf.random.stateless_normal(shape, seed, alg="philox")
