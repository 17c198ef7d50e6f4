"""The keys that a query of attention may see."""

import tensorflow as tf
from frazo import ops
from frazo.layers.sequence_layout import SequenceLayout

# The bias of a hidden key. Beside a visible key its probability is 0. The bias is finite, so that a
# query that sees no key has finite numbers. It is far enough from the smallest float that sums do
# not overflow.
HIDDEN = -0.7 * tf.float32.max


class Visibility(ops.VisibleKeys):
    """The keys that queries see, from layouts and as a bias."""

    @classmethod
    def of(
        cls,
        queries: SequenceLayout,
        keys: SequenceLayout,
        *,
        before: int | None = None,
        after: int | None = None,
    ) -> "Visibility":
        """Returns the visibility of keys to queries.

        Args:
          queries: The layout of the queries.
          keys: The layout of the keys.
          before: See VisibleKeys.
          after: See VisibleKeys.

        Raises:
          ValueError: Only one of the two layouts is packed.
        """
        if (queries.segment_ids is None) != (keys.segment_ids is None):
            raise ValueError(
                "attention between a packed batch and one that is not packed: give both layouts "
                "segment_ids, or neither"
            )
        return cls(keys.mask, queries.segment_ids, keys.segment_ids, before, after)

    def bias(self, distance: tf.Tensor) -> tf.Tensor:
        """Returns 0 for visible keys and HIDDEN for others.

        Args:
          distance: int32 [time, source_time], the query's index minus the key's.

        Returns:
          float32 [1 or batch, 1 or time, source_time].
        """
        return tf.where(self.visible(distance), 0.0, HIDDEN)
