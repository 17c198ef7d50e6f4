"""Joins what several processes compute in a step before the learner gets it."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.loss import Loss

Gradient = tf.Tensor | tf.IndexedSlices | None


class Reduction:
    """Joins the losses and gradients of the processes that share a step.

    This class is for a single process; subclasses are for several.

    Attributes:
      num_processes: Their number.
    """

    num_processes = 1

    def target(self, loss: Loss) -> tf.Tensor:
        """Returns what this process differentiates, float32 [].

        Args:
          loss: The loss of this process's batch.
        """
        return loss.mean

    def reduce(
        self, loss: Loss, gradients: Sequence[Gradient], weights: Sequence[tf.Variable]
    ) -> tuple[Loss, Sequence[Gradient]]:
        """Joins losses and gradients within the graph of a step.

        Args:
          loss: The loss of this process's batch.
          gradients: The gradients of target(loss), in the order of `weights`.
          weights: What they are the gradients of.

        Returns:
          The loss of the batches of all processes, whose total and weight are sums over the
          processes, and its gradients, sum(weight * gradient) / sum(weight). All processes get the
          same values. With a single process they are the arguments.
        """
        return loss, gradients

    def mean(self, values: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        """Returns the means over the processes of tensors that have the same shapes in each."""
        return values

    def sum(self, values: Sequence[tf.Tensor]) -> Sequence[tf.Tensor]:
        """Returns the sums over the processes of scalars of one type."""
        return values
