"""The TensorFlow op of attention to cached keys and values."""

from __future__ import annotations

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library


def cached_attention(
    queries: tf.Tensor,
    cache: tf.Tensor,
    row_entries: tf.Tensor,
    *,
    head_dim: int,
    bias: tf.Tensor | None = None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes softmax(queries keys^T + bias) values for one query per row and head, in a decoding
    step.

    Rows that attend to the same entry share it without a copy. The result does not depend on the
    number of threads. The op has no gradient.

    Args:
      queries: float32 [rows, heads head_dim], scaled.
      cache: float32 [entries, positions, 2 shared_heads head_dim]: at each position the keys of all
        heads, then the values. shared_heads divides heads; consecutive heads of the queries share
        one.
      row_entries: int32 [rows], the entry that each row attends to.
      head_dim: Size of a head.
      bias: float32 [1 or entries, 1 or heads, positions], added to the logits.

    Returns:
      (sums, probabilities): float32 [rows, heads head_dim], and [rows, positions], the mean over
        the heads.

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, or a row's entry does not exist.
    """
    if not uses_kernels():
        return _attend_in_graph(queries, cache, row_entries, head_dim, bias)
    attended = op_library().frazo_cached_attention(
        queries=queries,
        cache=cache,
        bias=tf.zeros([0, 0, 0]) if bias is None else bias,
        row_entries=row_entries,
        head_dim=head_dim,
    )
    return attended.sums, attended.probabilities


def _attend_in_graph(
    queries: tf.Tensor,
    cache: tf.Tensor,
    row_entries: tf.Tensor,
    head_dim: int,
    bias: tf.Tensor | None,
) -> tuple[tf.Tensor, tf.Tensor]:
    """As cached_attention; the keys and values of an entry are copied for each of its rows."""
    rows, positions = tf.shape(queries)[0], tf.shape(cache)[1]
    shared_heads = cache.shape[2] // (2 * head_dim)
    heads = queries.shape[1] // head_dim
    grouped = [rows, shared_heads, heads // shared_heads]
    of_rows = tf.reshape(
        tf.gather(cache, row_entries), [rows, positions, 2, shared_heads, head_dim]
    )
    keys, values = tf.unstack(of_rows, axis=2)
    logits = tf.einsum("rsgd,rpsd->rsgp", tf.reshape(queries, [*grouped, head_dim]), keys)
    if bias is not None:
        everywhere = tf.broadcast_to(bias, [tf.shape(cache)[0], heads, positions])
        logits += tf.reshape(tf.gather(everywhere, row_entries), [*grouped, positions])
    probabilities = tf.nn.softmax(logits)
    sums = tf.einsum("rsgp,rpsd->rsgd", probabilities, values)
    return tf.reshape(sums, tf.shape(queries)), tf.reduce_mean(probabilities, [1, 2])
