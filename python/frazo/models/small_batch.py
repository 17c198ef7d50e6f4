"""A batch of two small sentence pairs, for tests."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.sequence_layout import SequenceLayout
from frazo.models.token_model import Tokens


class SmallBatch(NamedTuple):
    """source, target: of vocabularies of at least 9 and 10. labels: int32 [2, 3], as the target."""

    source: Tokens
    target: Tokens
    labels: tf.Tensor


def small_batch() -> SmallBatch:
    """Sources of 4 and 2 tokens, targets of 3 and 2."""
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
