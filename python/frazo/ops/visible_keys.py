"""Which keys a query of attention sees."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class VisibleKeys(NamedTuple):
    """A query sees a key that is a token, of its own segment, and within the window.

    Attributes:
      key_mask: bool [batch, source_time].
      query_segments: int32 [batch, time]; None if not packed.
      key_segments: int32 [batch, source_time]; None if not packed.
      before: The greatest number of positions that a key may lie before the query; None: any.
      after: The greatest number of positions that a key may lie after the query; None: any.
    """

    key_mask: tf.Tensor
    query_segments: tf.Tensor | None = None
    key_segments: tf.Tensor | None = None
    before: int | None = None
    after: int | None = None

    def visible(self, distance: tf.Tensor) -> tf.Tensor:
        """Returns whether queries see keys.

        Args:
          distance: int32 [time, source_time], the query's index minus the key's.

        Returns:
          bool [1 or batch, 1 or time, source_time].
        """
        visible = self.key_mask[:, tf.newaxis]
        if self.query_segments is not None and self.key_segments is not None:
            of_queries = self.query_segments[:, :, tf.newaxis]
            # In a graph that is only planned, == would compare the tensors as objects.
            visible = visible & tf.equal(of_queries, self.key_segments[:, tf.newaxis])
        if self.before is not None:
            visible = visible & (distance <= self.before)
        if self.after is not None:
            visible = visible & (distance >= -self.after)
        return visible


def index_distance(queries: int | tf.Tensor, keys: int | tf.Tensor) -> tf.Tensor:
    """Returns the query's index minus the key's, int32 [queries, keys]."""
    return tf.range(queries)[:, tf.newaxis] - tf.range(keys)
