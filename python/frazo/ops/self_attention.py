"""The op of attention of whole sequences to themselves."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from frazo.ops.implementation import uses_kernels
from frazo.ops.library import op_library
from frazo.ops.visible_keys import VisibleKeys, index_distance


def self_attention(
    projected: tf.Tensor,
    visible: VisibleKeys,
    *,
    heads: int,
    head_dim: int,
    scale: float = 1.0,
    rotations: tf.Tensor | None = None,
) -> tf.Tensor:
    """Computes softmax(queries keys^T) values, where each query sees a part of the keys.

    The kernel has no tensor of the size of queries times keys, and pairs of blocks of which no
    query sees a key take no time. Its gradient computes the probabilities again from the logarithms
    of their totals (Dao et al. 2022, algorithm 4). The result does not depend on the number of
    threads.

    Args:
      projected: float32 [batch, time, (heads + 2 shared_heads) head_dim]: at each position the
        queries of all heads, then the keys of all shared heads, then the values. shared_heads
        divides heads; consecutive heads of the queries share one.
      visible: The keys that each query sees. The segments of queries and keys are the same. For the
        kernel, the tokens of a segment lie side by side.
      heads: The number of heads of queries.
      head_dim: Size of a head.
      scale: Queries are multiplied by it.
      rotations: float32 [time, head_dim], the rotations of queries and keys; see rotate_pairs.

    Returns:
      float32 [batch, time, heads head_dim]; zeros for a query that sees no key.

    Raises:
      tf.errors.InvalidArgumentError: The shapes do not fit, or the tokens of a segment do not lie
        side by side; the message names the segment.
    """
    if not uses_kernels():
        by_head = _by_head(projected, heads, head_dim, scale, rotations)
        return _in_graph(*by_head, visible)
    shared = {"heads": heads, "head_dim": head_dim, "scale": scale} | _named(visible, rotations)

    @tf.custom_gradient
    def attend(projected: tf.Tensor):
        attended = op_library().frazo_self_attention(projected=projected, **shared)

        def gradient(slopes: tf.Tensor) -> tf.Tensor:
            return op_library().frazo_self_attention_gradient(
                projected=projected,
                sums=attended.sums,
                log_totals=attended.log_totals,
                sums_gradient=slopes,
                **shared,
            )

        return attended.sums, gradient

    return attend(projected)


def rotate_pairs(x: tf.Tensor, rotations: tf.Tensor) -> tf.Tensor:
    """Rotates each pair (x[i], x[i + dim / 2]) by angle i (Su et al. 2021, equation 34).

    Args:
      x: float32 [..., dim] with an even dim.
      rotations: float32 [..., dim], the cosines of the dim / 2 angles, then the sines. The shape
        broadcasts with that of x.

    Returns:
      float32 [..., dim].
    """
    cosine, sine = tf.split(rotations, 2, -1)
    # The gradient of a split is one concatenation; that of two slices fills and adds two tensors.
    first, second = tf.split(x, 2, -1)
    return tf.concat([first * cosine - second * sine, second * cosine + first * sine], -1)


def _named(visible: VisibleKeys, rotations: tf.Tensor | None) -> dict[str, Any]:
    """Returns arguments that both ops have. Absent tensors are empty, absent bounds -1."""
    segments = visible.key_segments
    return {
        "mask": visible.key_mask,
        "segments": tf.zeros([0, 0], tf.int32) if segments is None else segments,
        "rotations": tf.zeros([0, 0]) if rotations is None else rotations,
        "before": -1 if visible.before is None else visible.before,
        "after": -1 if visible.after is None else visible.after,
    }


def _by_head(
    projected: tf.Tensor,
    heads: int,
    head_dim: int,
    scale: float,
    rotations: tf.Tensor | None,
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Returns scaled and rotated queries, [batch, time, shared_heads, group, head_dim], keys and
    values, [batch, time, shared_heads, 1, head_dim].
    """
    batch, time = tf.unstack(tf.shape(projected)[:2])
    shared_heads = (projected.shape[2] // head_dim - heads) // 2
    sizes = [heads * head_dim, shared_heads * head_dim, shared_heads * head_dim]
    queries, keys, values = (
        tf.reshape(part, [batch, time, shared_heads, part.shape[2] // sizes[1], head_dim])
        for part in tf.split(projected, sizes, -1)
    )
    queries *= scale
    if rotations is not None:
        of_positions = rotations[:, tf.newaxis, tf.newaxis]
        queries, keys = rotate_pairs(queries, of_positions), rotate_pairs(keys, of_positions)
    return queries, keys, values


def _in_graph(
    queries: tf.Tensor, keys: tf.Tensor, values: tf.Tensor, visible: VisibleKeys
) -> tf.Tensor:
    """As self_attention, with all probabilities as a tensor; see _by_head."""
    logits = tf.einsum("btsgd,bksxd->bsgtk", queries, keys)
    batch, time = tf.unstack(tf.shape(queries)[:2])
    seen = visible.visible(index_distance(time, time))[:, tf.newaxis, tf.newaxis]
    probabilities = tf.nn.softmax(tf.where(seen, logits, logits.dtype.min))
    # The softmax of a query that sees no key has a sum of 1, too.
    sums = tf.einsum("bsgtk,bksxd->btsgd", tf.where(seen, probabilities, 0.0), values)
    return tf.reshape(sums, [batch, time, queries.shape[2] * queries.shape[3] * queries.shape[4]])
