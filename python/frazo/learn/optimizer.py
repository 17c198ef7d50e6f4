"""The contract of an optimizer."""

from collections.abc import Sequence

import tensorflow as tf
from google.protobuf.message import Message


class Optimizer(tf.Module):
    """Turns gradients into updates of `variables`.

    slots: what it remembers between steps, to be saved in checkpoints.
    """

    def __init__(self, message: Message, *, variables: Sequence[tf.Variable]):
        super().__init__()
        self.message = message
        self.weights = list(variables)
        self.slots: list[tf.Variable] = []

    def apply(self, gradients: Sequence[tf.Tensor], learning_rate: tf.Tensor) -> None:
        """Changes the variables; gradients in their order, learning_rate a float32 scalar."""
        raise NotImplementedError(f"{type(self).__name__} does not define apply")

    def add_slots(self, name: str) -> list[tf.Variable]:
        """A slot of zeros for each variable: "learner/<name>/<the variable's name>"."""
        slots = [
            tf.Variable(
                tf.zeros_like(weight),
                trainable=False,
                name=f"learner/{name}/{weight.name.removesuffix(':0')}",
            )
            for weight in self.weights
        ]
        self.slots.extend(slots)
        return slots
