"""A batch of two small sentence pairs, for tests."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.sequence_layout import SequenceLayout
from frazo.models.token_model import Tokens


class SmallBatch(NamedTuple):
    """A batch for models with at least 9 source ids and 10 target ids.

    Attributes:
      source: Sources of 4 and 2 tokens.
      target: Targets of 3 and 2 tokens.
      labels: int32 [2, 3], laid out as the targets.
    """

    source: Tokens
    target: Tokens
    labels: tf.Tensor


def small_batch() -> SmallBatch:
    """Returns the batch."""
    return SmallBatch(
        Tokens(
            tf.constant([[3, 4, 5, 2], [6, 2, 0, 0]]),
            SequenceLayout.of_lengths(tf.constant([4, 2]), 4),
        ),
        Tokens(
            tf.constant([[1, 7, 8], [1, 9, 0]]), SequenceLayout.of_lengths(tf.constant([3, 2]), 3)
        ),
        tf.constant([[7, 8, 2], [9, 2, 0]]),
    )
