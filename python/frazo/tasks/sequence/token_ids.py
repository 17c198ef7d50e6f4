"""Checked token ids of a batch."""

import tensorflow as tf
from frazo.layers.checked_ids import checked_ids


def real_ids(ids: tf.Tensor, mask: tf.Tensor, vocab_size: int, feature: str) -> tf.Tensor:
    """Returns `ids` at tokens and 0 at padding, whatever ids the padding has.

    Args:
      ids: int32 [batch, time].
      mask: bool [batch, time], True where a token is.
      vocab_size: The size of the vocabulary.
      feature: The feature's name, for the error.

    Raises:
      InvalidArgumentError: The id of a token is not in [0, vocab_size). The op fails when it runs.
    """
    problem = (
        f"Feature {feature} has an id outside of the vocabulary of {vocab_size} tokens. Give the "
        "embedding (and the softmax) the size of the tokenizer's vocabulary."
    )
    return checked_ids(tf.where(mask, ids, 0), vocab_size, problem)
