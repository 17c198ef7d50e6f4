"""The common part of the optimizers of Adam's family."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
from frazo.learn.optimizer import Optimizer
from frazo.learn.trained_weight import TrainedWeight


class MomentOptimizer(Optimizer):
    """Keeps moving averages m, v of the gradient and its square, which are initially zero.

    The message has beta1 and beta2.
    """

    takes_pieces = True
    # The first part of the slots' names.
    slot_name: str

    def __init__(self, message: Any, *, weights: Sequence[TrainedWeight]):
        super().__init__(message, weights=weights)
        self.first_moments = self.add_slots(f"{self.slot_name}/m")
        self.second_moments = self.add_slots(f"{self.slot_name}/v")
        self.applied_steps = self.add_update_counter(self.slot_name)

    def next_corrections(self) -> tuple[tf.Tensor, tf.Tensor]:
        """Begins update t and returns 1 - beta1^t and 1 - beta2^t, float64 scalars.

        m and v divided by these are averages whose weights sum to 1. In float32 they would lose
        digits for small t.
        """
        t = tf.cast(self.applied_steps.assign_add(1, read_value=True), tf.float64)
        return 1 - self.message.beta1**t, 1 - self.message.beta2**t
