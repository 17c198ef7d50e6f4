"""Attention by blocks. Its memory grows with the length of the sequence, not with its square."""

from typing import NamedTuple

import tensorflow as tf
from frazo.layers.attention.dot_product_attention import share_heads
from frazo.layers.attention.relative_position_bias import RelativePositionBias
from frazo.layers.attention.visibility import HIDDEN, Visibility

# Queries that fill a block up have this id. Segments are numbered from 0, so they are in none.
_NO_SEGMENT = -1


def blockwise_attend(
    queries: tf.Tensor,
    keys: tf.Tensor,
    values: tf.Tensor,
    visibility: Visibility,
    *,
    block_length: int,
    relative_bias: RelativePositionBias | None = None,
) -> tf.Tensor:
    """Returns the sums of dot_product_attention.attend, with biases from the last two arguments.

    It takes the blocks of keys one by one for a block of queries, with sums and a running maximum
    (Rabe and Staats 2021). The gradient computes the probabilities again from the logarithm of
    their total (Dao et al. 2022, algorithm 4). Blocks outside of the window are left out. The
    result of a query that sees no key is finite and otherwise undefined.

    Args:
      queries: [heads, batch, time, head_dim].
      keys: [key_value_heads, batch, source_time, head_dim].
      values: As keys.
      visibility: The keys that each query sees.
      block_length: The number of queries or keys of a block.
      relative_bias: A bias by distance, or None.

    Returns:
      [heads, batch, time, head_dim].
    """
    heads, dtype = queries.shape[0], queries.dtype
    keys, values = share_heads(keys, heads), share_heads(values, heads)
    queries, keys, values = (tf.cast(x, tf.float32) for x in (queries, keys, values))
    time, source_time = tf.shape(queries)[2], tf.shape(keys)[2]
    blocks = _Blocks(
        length=block_length,
        query_count=-(-time // block_length),
        key_count=-(-source_time // block_length),
        visibility=_filled(visibility, block_length),
        relative_bias=relative_bias,
    )

    # A custom gradient reaches only arguments, so the table must be one.
    @tf.custom_gradient
    def attend_by_blocks(queries, keys, values, table):
        inputs = _Inputs(queries, keys, values, table)
        sums, log_total = _forward(blocks, inputs)
        return sums, lambda d_sums: _backward(blocks, inputs, sums, log_total, d_sums)

    sums = attend_by_blocks(
        _to_blocks(queries, blocks.query_count, block_length),
        _to_blocks(keys, blocks.key_count, block_length),
        _to_blocks(values, blocks.key_count, block_length),
        tf.zeros([heads, 1]) if relative_bias is None else tf.identity(relative_bias.table),
    )
    return tf.cast(_from_blocks(sums, time), dtype)


class _Inputs(NamedTuple):
    """The tensors of a call.

    Attributes:
      queries: [blocks, heads, batch, length, head_dim].
      keys: As queries.
      values: As queries.
      table: [heads, buckets].
    """

    queries: tf.Tensor
    keys: tf.Tensor
    values: tf.Tensor
    table: tf.Tensor


class _Blocks(NamedTuple):
    """How queries and keys are cut into blocks of `length`. `visibility` covers whole blocks."""

    length: int
    query_count: tf.Tensor
    key_count: tf.Tensor
    visibility: Visibility
    relative_bias: RelativePositionBias | None

    def keys_seen(self, query_block: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the first and the end of the blocks of keys that a block of queries sees."""
        visibility = self.visibility
        return self._reach(query_block, visibility.before, visibility.after, self.key_count)

    def queries_seeing(self, key_block: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Returns the first and the end of the blocks of queries that see a block of keys."""
        visibility = self.visibility
        return self._reach(key_block, visibility.after, visibility.before, self.query_count)

    def logits(self, inputs: _Inputs, i: tf.Tensor, j: tf.Tensor) -> tf.Tensor:
        """Returns the logits of queries i with keys j: [heads, batch, length, length]."""
        logits = tf.linalg.matmul(inputs.queries[i], inputs.keys[j], transpose_b=True)
        if self.relative_bias is not None:
            logits += tf.gather(inputs.table, self.buckets(i, j), axis=1)[:, tf.newaxis]
        return logits + self._hidden(i, j)

    def buckets(self, i: tf.Tensor, j: tf.Tensor) -> tf.Tensor:
        """Returns the buckets of the relative bias, int32 [length, length]."""
        assert self.relative_bias is not None
        return self.relative_bias.bucket(self._distance(i, j))

    def _hidden(self, i: tf.Tensor, j: tf.Tensor) -> tf.Tensor:
        whole = self.visibility
        part = whole._replace(key_mask=self._slice(whole.key_mask, j))
        if whole.query_segments is not None:
            part = part._replace(
                query_segments=self._slice(whole.query_segments, i),
                key_segments=self._slice(whole.key_segments, j),
            )
        return part.bias(self._distance(i, j))

    def _distance(self, i: tf.Tensor, j: tf.Tensor) -> tf.Tensor:
        position = tf.range(self.length)
        return (i - j) * self.length + position[:, tf.newaxis] - position

    def _slice(self, x: tf.Tensor, block: tf.Tensor) -> tf.Tensor:
        return x[:, block * self.length : (block + 1) * self.length]

    def _reach(
        self, block: tf.Tensor, back: int | None, ahead: int | None, count: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        start, end = block * self.length, (block + 1) * self.length
        first = tf.constant(0) if back is None else tf.maximum((start - back) // self.length, 0)
        last = count if ahead is None else tf.minimum((end - 1 + ahead) // self.length + 1, count)
        return first, last


def _forward(blocks: _Blocks, inputs: _Inputs) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes the sums and the logarithm of each query's total of exponentials.

    Returns:
      [blocks, heads, batch, length, head_dim] and [blocks, heads, batch, length, 1].
    """

    def block_of_queries(i):
        def block_of_keys(j, highest, total, sums):
            logits = blocks.logits(inputs, i, j)
            new_highest = tf.maximum(highest, tf.reduce_max(logits, -1, keepdims=True))
            shrink = tf.exp(highest - new_highest)
            weights = tf.exp(logits - new_highest)
            total = total * shrink + tf.reduce_sum(weights, -1, keepdims=True)
            sums = sums * shrink + tf.linalg.matmul(weights, inputs.values[j])
            return j + 1, new_highest, total, sums

        zero = tf.zeros_like(inputs.queries[i])
        none = zero[..., :1]
        first, last = blocks.keys_seen(i)
        highest, total, sums = _loop(first, last, block_of_keys, none + HIDDEN, none, zero)
        return tf.math.divide_no_nan(sums, total), highest + tf.math.log(total)

    kinds = (inputs.queries.dtype, inputs.queries.dtype)
    return _each(blocks.query_count, block_of_queries, kinds)


def _backward(
    blocks: _Blocks, inputs: _Inputs, sums: tf.Tensor, log_total: tf.Tensor, d_sums: tf.Tensor
) -> _Inputs:
    # The softmax's derivative subtracts the sum over keys of probability times its derivative.
    mean_slope = tf.reduce_sum(sums * d_sums, -1, keepdims=True)

    def slopes(i, j):
        """Returns the probabilities of a pair of blocks, and the derivative by its logits."""
        probabilities = tf.exp(blocks.logits(inputs, i, j) - log_total[i])
        slope = tf.linalg.matmul(d_sums[i], inputs.values[j], transpose_b=True)
        return probabilities, probabilities * (slope - mean_slope[i])

    def block_of_queries(i):
        def block_of_keys(j, d_queries, d_table):
            _, d_logits = slopes(i, j)
            d_queries += tf.linalg.matmul(d_logits, inputs.keys[j])
            if blocks.relative_bias is not None:
                d_table += _by_bucket(d_logits, blocks.buckets(i, j), d_table.shape[1])
            return j + 1, d_queries, d_table

        zeros = tf.zeros_like(inputs.queries[i]), tf.zeros_like(inputs.table)
        return _loop(*blocks.keys_seen(i), block_of_keys, *zeros)

    def block_of_keys(j):
        def block_of_queries(i, d_keys, d_values):
            probabilities, d_logits = slopes(i, j)
            d_keys += tf.linalg.matmul(d_logits, inputs.queries[i], transpose_a=True)
            d_values += tf.linalg.matmul(probabilities, d_sums[i], transpose_a=True)
            return i + 1, d_keys, d_values

        zeros = tf.zeros_like(inputs.keys[j]), tf.zeros_like(inputs.values[j])
        return _loop(*blocks.queries_seeing(j), block_of_queries, *zeros)

    kinds = (inputs.queries.dtype, inputs.queries.dtype)
    d_queries, d_table = _each(blocks.query_count, block_of_queries, kinds)
    d_keys, d_values = _each(blocks.key_count, block_of_keys, kinds)
    return _Inputs(d_queries, d_keys, d_values, tf.reduce_sum(d_table, 0))


def _each(count, function, kinds):
    """Stacks function(0), function(1), ... They run one by one, which bounds the memory."""
    return tf.map_fn(function, tf.range(count), fn_output_signature=kinds, parallel_iterations=1)


def _loop(first, last, body, *values):
    """Returns the values after body(index, *values) -> (index + 1, *values) for all indices."""
    _, *values = tf.while_loop(
        lambda index, *_: index < last, body, [first, *values], parallel_iterations=1
    )
    return tuple(values)


def _by_bucket(d_logits: tf.Tensor, buckets: tf.Tensor, num_buckets: int) -> tf.Tensor:
    """Sums [heads, batch, length, length] over the batch and each bucket: [heads, buckets]."""
    by_distance = tf.reshape(tf.reduce_sum(d_logits, 1), [d_logits.shape[0], -1])
    summed = tf.math.unsorted_segment_sum(
        tf.transpose(by_distance), tf.reshape(buckets, [-1]), num_buckets
    )
    return tf.transpose(summed)


def _filled(visibility: Visibility, length: int) -> Visibility:
    """Extends the visibility to whole blocks. The added positions are hidden."""

    def fill(x, value):
        added = -tf.shape(x)[1] % length
        return tf.pad(x, [[0, 0], [0, added]], constant_values=value)

    filled = visibility._replace(key_mask=fill(visibility.key_mask, False))
    if visibility.query_segments is None:
        return filled
    return filled._replace(
        query_segments=fill(visibility.query_segments, _NO_SEGMENT),
        key_segments=fill(visibility.key_segments, 0),
    )


def _to_blocks(x: tf.Tensor, count: tf.Tensor, length: int) -> tf.Tensor:
    """Cuts [heads, batch, time, size] into [count, heads, batch, length, size]."""
    heads, size = x.shape[0], x.shape[3]
    added = count * length - tf.shape(x)[2]
    x = tf.pad(x, [[0, 0], [0, 0], [0, added], [0, 0]])
    x = tf.reshape(x, [heads, tf.shape(x)[1], count, length, size])
    return tf.transpose(x, [2, 0, 1, 3, 4])


def _from_blocks(x: tf.Tensor, time: tf.Tensor) -> tf.Tensor:
    """The inverse of _to_blocks."""
    heads, size = x.shape[1], x.shape[4]
    x = tf.transpose(x, [1, 2, 0, 3, 4])
    return tf.reshape(x, [heads, tf.shape(x)[1], -1, size])[:, :, :time]
