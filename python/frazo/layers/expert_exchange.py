"""Experts that the processes of a mesh axis have between them, each with tokens of its own."""

import tensorflow as tf
from frazo import ops
from frazo.layers.expert_feed_forward import ExpertFeedForward
from frazo.shard.axis_group import AxisGroup


class ExpertExchange:
    """Sends each token to the process that has its expert, and the result back.

    Lepikhin et al. 2020, section 3.3. All processes have as many slots for each expert.
    """

    def __init__(self, experts: ExpertFeedForward, group: AxisGroup, capacity: int):
        """Sends nothing.

        Args:
          experts: The experts of this process.
          group: The processes, in the order of their experts.
          capacity: The number of slots of an expert for a group of tokens.
        """
        self._experts = experts
        self._group = group
        self._capacity = capacity

    def __call__(self, rows: tf.Tensor, routing: ops.Routing) -> tf.Tensor:
        """Applies each expert to its slots, wherever it is.

        Args:
          rows: [experts * groups * capacity, dim], this process's slots of all experts.
          routing: Where they come from, with padded slots.

        Returns:
          The experts' outputs, of the shape of rows.
        """
        size, num_experts = self._group.size, routing.segments.shape[0]
        own, groups = num_experts // size, tf.shape(routing.segments)[1]
        dim = rows.shape[1]
        arrived = self._group.all_to_all(tf.reshape(rows, [size, -1]))
        counts = self._group.all_to_all(tf.reshape(routing.segments[..., 1], [size, -1]))
        # Slots are in the order of the processes they come from, then of experts, then of groups.
        counts = tf.reshape(counts, [size, own, groups])
        first = tf.reshape(tf.range(tf.size(counts)) * self._capacity, tf.shape(counts))
        segments = tf.transpose(tf.stack([first, counts], -1), [1, 0, 2, 3])
        outputs = self._experts.of_segments(
            tf.reshape(arrived, [-1, dim]),
            tf.reshape(segments, [own, -1, 2]),
            self._capacity,
        )
        back = self._group.all_to_all(tf.reshape(outputs, [size, -1]))
        return tf.reshape(back, tf.shape(rows))
