"""The contract of an optimizer."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.layers.declaration import inherit
from frazo.learn.row_gradients import Gradient
from frazo.learn.trained_weight import TrainedWeight


class Optimizer(tf.Module):
    """Turns gradients into updates of `weights`, each of which changes all of them.

    Attributes:
      takes_rows: Whether `apply` takes gradients that list rows.
      takes_pieces: Whether a weight may be a piece of one, which the batch axis cuts.
      slots: The state between steps, to be saved in checkpoints.
    """

    takes_rows = False
    takes_pieces = False

    def __init__(self, message: Any, *, weights: Sequence[TrainedWeight]):
        super().__init__()
        self.message = message
        self.weights = list(weights)
        self.slots: list[tf.Variable] = []

    def apply(self, gradients: Sequence[Gradient], learning_rate: tf.Tensor) -> None:
        """Updates the weights' variables.

        Args:
          gradients: In the order of the weights. They are tensors, unless takes_rows.
          learning_rate: float32 scalar, to be scaled by each weight's `rate`.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define apply")

    def add_slot(
        self,
        name: str,
        weight: TrainedWeight,
        initial: tf.Tensor,
        *,
        without_dimension: int | None = None,
    ) -> tf.Variable:
        """Adds a slot with the axes of its weight: "learner/<name>/<the weight's name>".

        Args:
          name: of the slot.
          weight: what it is for.
          initial: the first value, of the weight's shape.
          without_dimension: the dimension of the weight that the slot lacks.
        """
        slot = self._add(f"{name}/{weight.name}", initial)
        return inherit(slot, weight.variable, without_dimension=without_dimension)

    def add_slots(self, name: str) -> list[tf.Variable]:
        """Adds a slot of zeros for each weight."""
        return [
            self.add_slot(name, weight, tf.zeros_like(weight.variable)) for weight in self.weights
        ]

    def add_update_counter(self, name: str) -> tf.Variable:
        """Adds an int64 slot, initially 0, "learner/<name>/applied_steps", that counts updates.

        The global step counts skipped steps too. The weights' group, if it has a name, comes before
        "applied_steps".
        """
        group = self.weights[0].group if self.weights else ""
        counter = f"{group}/applied_steps" if group else "applied_steps"
        return self._add(f"{name}/{counter}", tf.constant(0, tf.int64))

    def _add(self, name: str, initial: tf.Tensor) -> tf.Variable:
        slot = tf.Variable(initial, trainable=False, name=f"learner/{name}")
        self.slots.append(slot)
        return slot
