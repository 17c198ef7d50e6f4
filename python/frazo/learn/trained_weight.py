"""A variable and its training settings."""

import dataclasses

import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class TrainedWeight:
    """A variable that a learner changes.

    Attributes:
      variable: The variable.
      learning_rate_scale: Its factor on the learning rate.
      decays: Whether l2 and weight decay apply to it.
      group: The name of the weights that are updated by the same steps as this one; "" if all are.
    """

    variable: tf.Variable
    learning_rate_scale: float = 1.0
    decays: bool = False
    group: str = ""

    @property
    def name(self) -> str:
        """The variable's path in the model."""
        return self.variable.name.removesuffix(":0")

    def rate(self, learning_rate: tf.Tensor) -> tf.Tensor:
        """Returns the weight's own learning rate, of the same shape."""
        scale = self.learning_rate_scale
        return learning_rate if scale == 1 else learning_rate * scale
