"""A variable and its training settings."""

import dataclasses

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class TrainedWeight:
    """learning_rate_scale: its factor on the learning rate. decays: whether l2 and weight decay
    apply to it."""

    variable: tf.Variable
    learning_rate_scale: float = 1.0
    decays: bool = False

    @property
    def name(self) -> str:
        """The variable's path in the model."""
        return self.variable.name.removesuffix(":0")

    def rate(self, learning_rate: tf.Tensor) -> tf.Tensor:
        """Returns the weight's own learning rate, of the same shape."""
        scale = self.learning_rate_scale
        return learning_rate if scale == 1 else learning_rate * scale
