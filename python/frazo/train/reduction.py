"""What stands between the gradients of a process and the learner."""

from collections.abc import Sequence

import tensorflow as tf
from frazo.learn.loss import Loss

Gradient = tf.Tensor | tf.IndexedSlices | None


class Reduction:
    """Joins what the processes that share a step have computed. This one is for a single process."""

    def reduce(self, loss: Loss, gradients: Sequence[Gradient]) -> tuple[Loss, Sequence[Gradient]]:
        """Called in the graph of a step.

        Args:
          loss: of this process's batch.
          gradients: of loss.mean, in the order of the learner's weights.

        Returns:
          The loss of the batches of all processes together, and its gradients: the sums of totals
          and of weights, and sum(weight * gradient) / sum(weight). Every process gets the same. Of
          a single process, what was given.
        """
        return loss, gradients
