"""Large batches in pieces."""

from collections.abc import Callable, Sequence

import tensorflow as tf
from frazo.learn.trained_weight import TrainedWeight


class GradientAccumulation(tf.Module):
    """Sums gradients and gives out their mean after every num_batches of them."""

    def __init__(self, weights: Sequence[TrainedWeight], num_batches: int):
        super().__init__()
        self._num_batches = num_batches
        self._sums = [
            tf.Variable(
                tf.zeros_like(weight.variable),
                trainable=False,
                name=f"learner/accumulated/{weight.name}",
            )
            for weight in weights
        ]
        self._count = tf.Variable(
            tf.constant(0, tf.int64), trainable=False, name="learner/accumulated_batches"
        )

    @property
    def variables_to_save(self) -> list[tf.Variable]:
        return [*self._sums, self._count]

    def add(
        self, gradients: Sequence[tf.Tensor], update: Callable[[list[tf.Tensor]], None]
    ) -> None:
        """Takes the gradients of a batch; calls `update` with the mean if it was the last of them.

        gradients: in the order of the weights.
        """
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(gradient)
        count = self._count.assign_add(1, read_value=True)

        def give_out() -> None:
            update([total / self._num_batches for total in self._sums])
            for total in self._sums:
                total.assign(tf.zeros_like(total))
            self._count.assign(0)

        tf.cond(count >= self._num_batches, give_out, lambda: None)
