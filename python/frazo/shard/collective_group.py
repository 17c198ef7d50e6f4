"""Processes that compute together: sums and lists of the tensors of all of them."""

import itertools

import tensorflow as tf


class CollectiveGroup:
    """Some processes whose TensorFlow servers know each other, one tensor from each.

    All of them must build the same calls in the same order, as a program that is the same in each
    does: the number of a call in this order is its name. A call waits until all have made it. If a
    process is lost, abort_collectives() ends the waiting.

    Attributes:
      rank: The number of this process in the group.
      size: The number of processes; with one, every result is the argument.
    """

    # TensorFlow's name of the group; no other group is in use.
    _GROUP_KEY = 1

    def __init__(self, rank: int, size: int):
        if not 0 <= rank < size:
            raise ValueError(f"rank is {rank}, but the group has {size} processes, from 0 on")
        self.rank = rank
        self.size = size
        self._keys = itertools.count(1)

    def sum(self, tensor: tf.Tensor) -> tf.Tensor:
        """Adds the tensors of all processes.

        Args:
          tensor: Any shape, the same in each process; a type that can be added.

        Returns:
          The sum. All processes get the same bits.
        """
        if self.size == 1:
            return tensor
        return tf.raw_ops.CollectiveReduceV2(
            input=tensor,
            group_size=self.size,
            group_key=self._GROUP_KEY,
            instance_key=next(self._keys),
            ordering_token=[],
            merge_op="Add",
            final_op="Id",
            communication_hint="ring",
        )

    def gather(self, tensor: tf.Tensor) -> tf.Tensor:
        """Lists the tensors of all processes.

        Args:
          tensor: Any shape, the same in each process.

        Returns:
          [size, *tensor.shape], in the order of the ranks.
        """
        if self.size == 1:
            return tensor[tf.newaxis]
        # Rows, not slices of the first dimension: a scalar has none.
        return tf.raw_ops.CollectiveGatherV2(
            input=tensor[tf.newaxis],
            group_size=self.size,
            group_key=self._GROUP_KEY,
            instance_key=next(self._keys),
            ordering_token=[],
            communication_hint="ring",
        )
