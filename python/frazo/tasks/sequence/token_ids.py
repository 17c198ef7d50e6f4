"""Ids of the tokens in a batch."""

import tensorflow as tf


def real_ids(ids: tf.Tensor, mask: tf.Tensor, vocab_size: int, feature: str) -> tf.Tensor:
    """`ids`, int32 [batch, time], where `mask` is, and 0 elsewhere, whatever padding is there.

    One that is not in [0, vocab_size) is InvalidArgumentError naming the feature.
    """
    ids = tf.where(mask, ids, 0)
    check = tf.debugging.Assert(
        tf.reduce_all((ids >= 0) & (ids < vocab_size)),
        [
            f"Feature {feature} has an id outside of the vocabulary of {vocab_size} tokens. Give the "
            "embedding (and the softmax) the size of the tokenizer's vocabulary. Least and greatest "
            "id:",
            tf.reduce_min(ids),
            tf.reduce_max(ids),
        ],
    )
    # Without the dependency a check of TensorFlow's own may fail first, and names no remedy.
    with tf.control_dependencies([check]):
        return tf.identity(ids)
