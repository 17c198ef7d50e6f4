"""Ids of the tokens in a batch."""

import tensorflow as tf
from frazo.layers.checked_ids import checked_ids


def real_ids(ids: tf.Tensor, mask: tf.Tensor, vocab_size: int, feature: str) -> tf.Tensor:
    """`ids`, int32 [batch, time], where `mask` is, and 0 elsewhere, whatever padding is there.

    One that is not in [0, vocab_size) is InvalidArgumentError naming the feature.
    """
    problem = (
        f"Feature {feature} has an id outside of the vocabulary of {vocab_size} tokens. Give the "
        "embedding (and the softmax) the size of the tokenizer's vocabulary."
    )
    return checked_ids(tf.where(mask, ids, 0), vocab_size, problem)
