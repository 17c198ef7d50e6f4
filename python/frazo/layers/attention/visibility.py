"""Which keys a query of attention may see."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.sequence_layout import SequenceLayout

# Added to the logit of a hidden key: its probability is 0 beside any visible one. Finite, so that a
# query that sees nothing gets finite numbers, and far enough from the end that sums do not overflow.
HIDDEN = -0.7 * tf.float32.max


class Visibility(NamedTuple):
    """A key is visible if it is a token, of the query's segment, and within the window.

    key_mask: bool [batch, source_time].
    query_segments, key_segments: int32 [batch, time] and [batch, source_time], None if not packed.
    before, after: how far, in places, a visible key lies at most before and after the query; None
        is any distance.
    """

    key_mask: tf.Tensor
    query_segments: tf.Tensor | None = None
    key_segments: tf.Tensor | None = None
    before: int | None = None
    after: int | None = None

    @classmethod
    def of(
        cls,
        queries: SequenceLayout,
        keys: SequenceLayout,
        *,
        before: int | None = None,
        after: int | None = None,
    ) -> "Visibility":
        """Raises ValueError if only one of the two layouts is packed."""
        if (queries.segment_ids is None) != (keys.segment_ids is None):
            raise ValueError(
                "attention from a packed batch to one that is not packed, or the other way round: "
                "give both layouts segment_ids, or neither"
            )
        return cls(keys.mask, queries.segment_ids, keys.segment_ids, before, after)

    def bias(self, distance: tf.Tensor) -> tf.Tensor:
        """0 where visible, HIDDEN elsewhere: float32 [1 or batch, 1 or time, source_time].

        distance: int32 [time, source_time], index of the query minus index of the key.
        """
        visible = self.key_mask[:, tf.newaxis]
        if self.query_segments is not None and self.key_segments is not None:
            same = self.query_segments[:, :, tf.newaxis] == self.key_segments[:, tf.newaxis]
            visible = visible & same
        if self.before is not None:
            visible = visible & (distance <= self.before)
        if self.after is not None:
            visible = visible & (distance >= -self.after)
        return tf.where(visible, 0.0, HIDDEN)


def index_distance(queries: int | tf.Tensor, keys: int | tf.Tensor) -> tf.Tensor:
    """Index of the query minus index of the key: int32 [queries, keys]."""
    return tf.range(queries)[:, tf.newaxis] - tf.range(keys)
