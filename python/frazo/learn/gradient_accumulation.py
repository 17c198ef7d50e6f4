"""Large batches in pieces."""

from collections.abc import Callable, Sequence

import tensorflow as tf
from frazo.layers.declaration import inherit
from frazo.learn.trained_weight import TrainedWeight


class GradientAccumulation(tf.Module):
    """Sums gradients by weight and gives out their mean after every num_batches of them.

    The mean is sum(weight * gradient) / sum(weight) over the batches. This is the gradient of the
    joined batch, since the loss of each batch is a mean with this weight (see Loss).
    """

    def __init__(self, weights: Sequence[TrainedWeight], num_batches: int):
        super().__init__()
        self._num_batches = num_batches
        self._sums = [
            inherit(
                tf.Variable(
                    tf.zeros_like(weight.variable),
                    trainable=False,
                    name=f"learner/accumulated/{weight.name}",
                ),
                weight.variable,
            )
            for weight in weights
        ]
        self._weight = tf.Variable(
            tf.zeros([]), trainable=False, name="learner/accumulated_loss_weight"
        )
        self._count = tf.Variable(
            tf.constant(0, tf.int64), trainable=False, name="learner/accumulated_batches"
        )

    @property
    def variables_to_save(self) -> list[tf.Variable]:
        return [*self._sums, self._weight, self._count]

    def add(
        self,
        gradients: Sequence[tf.Tensor],
        loss_weight: tf.Tensor,
        update: Callable[[list[tf.Tensor]], None],
    ) -> None:
        """Takes the gradients of a batch; calls `update` with the mean if it was the last of them.

        Args:
          gradients: of the batch's mean loss, in the order of the weights.
          loss_weight: float32 [], the weight of that mean.
          update: takes the mean gradients, in the same order. The mean of batches that have no
            weight is 0.
        """
        for total, gradient in zip(self._sums, gradients, strict=True):
            total.assign_add(loss_weight * gradient)
        weight = self._weight.assign_add(loss_weight, read_value=True)
        count = self._count.assign_add(1, read_value=True)

        def give_out() -> None:
            update([tf.math.divide_no_nan(total, weight) for total in self._sums])
            for total in self._sums:
                total.assign(tf.zeros_like(total))
            self._weight.assign(0)
            self._count.assign(0)

        tf.cond(count >= self._num_batches, give_out, lambda: None)
