"""Tokens that begin and end sentences."""

from typing import NamedTuple

import tensorflow as tf


class EndedSentences(NamedTuple):
    """What a model sees and what it predicts, each int32 [batch, time + 1].

    Attributes:
      inputs: The token that begins a sentence, then its tokens.
      labels: Its tokens, then the one that ends it.
    """

    inputs: tf.Tensor
    labels: tf.Tensor


def with_ends(tokens: tf.Tensor, lengths: tf.Tensor, *, sos_id: int, eos_id: int) -> EndedSentences:
    """Adds the tokens that begin and end sentences.

    Args:
      tokens: int32 [batch, time].
      lengths: int32 [batch], the tokens of each row. What follows them is handed on.
      sos_id: The token that begins a sentence.
      eos_id: The token that ends it.
    """
    rows, time = tf.unstack(tf.shape(tokens))
    is_end = tf.range(time + 1)[tf.newaxis] == lengths[:, tf.newaxis]
    return EndedSentences(
        tf.concat([tf.fill([rows, 1], sos_id), tokens], 1),
        tf.where(is_end, eos_id, tf.pad(tokens, [[0, 0], [0, 1]])),
    )
