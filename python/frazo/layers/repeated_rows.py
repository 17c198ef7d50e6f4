"""Rows of a step of decoding that begin with the same state."""

from collections.abc import Callable
from typing import NamedTuple

import tensorflow as tf


class RepeatedRows(NamedTuple):
    """Which rows repeat one another.

    Attributes:
      first: int32 [different], the number of a row for each that differs from those before it.
      same_as: int32 [rows], the place in `first` of the row that each row repeats.
    """

    first: tf.Tensor
    same_as: tf.Tensor

    @classmethod
    def of_parents(cls, parents: tf.Tensor) -> "RepeatedRows":
        """Returns those of a search: rows that continue the same row begin with the same state.

        Args:
          parents: int32 [rows], the row of the step before that each row continues.
        """
        different, same_as = tf.unique(parents)
        rows = tf.range(tf.size(parents))
        return cls(tf.math.unsorted_segment_min(rows, same_as, tf.size(different)), same_as)

    def map_once(self, function: Callable[[tf.Tensor], tf.Tensor], x: tf.Tensor) -> tf.Tensor:
        """Returns function(x) for x [rows, ...] and a function that maps each row by itself."""
        return tf.gather(function(tf.gather(x, self.first)), self.same_as)
