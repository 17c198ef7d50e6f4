"""Attention of all queries to all keys at once."""

from collections.abc import Callable

import tensorflow as tf


def attend(
    queries: tf.Tensor,
    keys: tf.Tensor,
    values: tf.Tensor,
    bias: tf.Tensor,
    dropout: Callable[[tf.Tensor], tf.Tensor],
) -> tf.Tensor:
    """softmax(queries keys^T + bias) values (Vaswani et al. 2017, equation 1, scaled before).

    Heads come first: the products then need no transposition, and what holds for every head
    broadcasts over the outermost dimension.

    queries: [heads, batch, time, head_dim]. keys, values: [key_value_heads, batch, source_time,
    head_dim]; consecutive heads of queries share one. bias: broadcasts with [heads, batch, time,
    source_time]. dropout: applied to the probabilities.
    Returns the sums, of the shape of queries, and the probabilities before dropout, [heads, batch,
    time, source_time].
    """
    heads, groups = queries.shape[0], keys.shape[0]
    if groups != heads:
        keys, values = (share_heads(x, heads) for x in (keys, values))
    logits = tf.cast(tf.linalg.matmul(queries, keys, transpose_b=True), tf.float32) + bias
    probabilities = tf.nn.softmax(logits)
    dropped = tf.cast(dropout(probabilities), values.dtype)
    return tf.linalg.matmul(dropped, values), probabilities


def share_heads(x: tf.Tensor, heads: int) -> tf.Tensor:
    """[key_value_heads, ...] to [heads, ...], each repeated for the queries that it serves."""
    return tf.repeat(x, heads // x.shape[0], axis=0)
