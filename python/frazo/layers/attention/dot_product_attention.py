"""Attention of all queries to all keys at once."""

from collections.abc import Callable

import tensorflow as tf
from frazo.layers.attention.attention_softmax import AttentionSoftmax


def attend(
    queries: tf.Tensor,
    keys: tf.Tensor,
    values: tf.Tensor,
    bias: tf.Tensor,
    dropout: Callable[[tf.Tensor], tf.Tensor],
    softmax: AttentionSoftmax,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes softmax(queries keys^T, bias) values.

    Vaswani et al. 2017, equation 1, with queries that are scaled already. Heads are the first
    dimension: the products need no transposition, and a bias for all heads broadcasts.

    Args:
      queries: [heads, batch, time, head_dim].
      keys: [key_value_heads, batch, source_time, head_dim]. Consecutive heads of queries share one.
      values: As keys.
      bias: Broadcasts with [heads, batch, time, source_time].
      dropout: Applied to the probabilities.
      softmax: Makes probabilities of products and biases.

    Returns:
      The sums, [heads, batch, time, head_dim], and the probabilities before dropout, [heads, batch,
      time, source_time].
    """
    heads, groups = queries.shape[0], keys.shape[0]
    if groups != heads:
        keys, values = (share_heads(x, heads) for x in (keys, values))
    products = tf.cast(tf.linalg.matmul(queries, keys, transpose_b=True), tf.float32)
    probabilities = softmax(products, bias)
    dropped = tf.cast(dropout(probabilities), values.dtype)
    return tf.linalg.matmul(dropped, values), probabilities


def share_heads(x: tf.Tensor, heads: int) -> tf.Tensor:
    """Repeats [key_value_heads, ...] to [heads, ...], one for each head of queries."""
    return tf.repeat(x, heads // x.shape[0], axis=0)
