import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

ROWS, ENTRIES, PLACES, HEADS, SHARED, HEAD_DIM = 5, 3, 4, 6, 2, 7


def tensors():
    queries = tf.random.stateless_normal([ROWS, HEADS * HEAD_DIM], [1, 1])
    cache = tf.random.stateless_normal([ENTRIES, PLACES, 2 * SHARED * HEAD_DIM], [1, 2])
    return queries, cache, tf.constant([0, 0, 1, 2, 0])


def expected(queries, cache, entries, bias):
    """By TensorFlow's own ops; bias: [entries, heads, places]."""
    queries = tf.reshape(queries, [ROWS, SHARED, HEADS // SHARED, HEAD_DIM])
    keys_values = tf.reshape(cache, [ENTRIES, PLACES, 2, SHARED, HEAD_DIM])
    keys, values = tf.unstack(tf.gather(keys_values, entries), axis=2)
    logits = tf.einsum("rsgd,rpsd->rsgp", queries, keys)
    logits += tf.reshape(tf.gather(bias, entries), logits.shape)
    probabilities = tf.nn.softmax(logits)
    sums = tf.einsum("rsgp,rpsd->rsgd", probabilities, values)
    return tf.reshape(sums, [ROWS, -1]), tf.reduce_mean(probabilities, [1, 2])


@pytest.mark.parametrize("bias_shape", [None, (1, 1), (ENTRIES, 1), (1, HEADS), (ENTRIES, HEADS)])
def test_is_attention_of_one_query_a_row(bias_shape):
    queries, cache, entries = tensors()
    bias = None
    if bias_shape:
        bias = tf.random.stateless_normal([*bias_shape, PLACES], [1, 3])
    whole = tf.zeros([ENTRIES, HEADS, PLACES]) + (0.0 if bias is None else bias)
    attended = ops.cached_attention(queries, cache, entries, head_dim=HEAD_DIM, bias=bias)
    for given, right in zip(attended, expected(queries, cache, entries, whole), strict=True):
        np.testing.assert_allclose(given, right, atol=1e-5)


def test_sizes_are_known_before_it_runs():
    @tf.function(input_signature=[tf.TensorSpec([None, 8]), tf.TensorSpec([3, None, 16])])
    def attend(queries, cache):
        sums, probabilities = ops.cached_attention(
            queries, cache, tf.range(tf.shape(queries)[0]), head_dim=4
        )
        assert sums.shape.as_list() == [None, 8]
        assert probabilities.shape.as_list() == [None, None]
        return sums

    assert attend(tf.zeros([2, 8]), tf.zeros([3, 0, 16])).shape == [2, 8]


@pytest.mark.parametrize(
    ("queries", "cache", "rows", "bias"),
    [
        ([5, 41], [3, 4, 28], 5, None),
        ([5, 42], [3, 4, 27], 5, None),
        ([5, 42], [3, 4, 56], 5, None),
        ([5, 42], [3, 4, 28], 4, None),
        ([5, 42], [3, 4, 28], 5, [2, 1, 4]),
        ([5, 42], [3, 4, 28], 5, [3, 5, 4]),
        ([5, 42], [3, 4, 28], 5, [3, 6, 3]),
    ],
)
def test_shapes_that_do_not_fit_are_refused(queries, cache, rows, bias):
    message = r"CachedAttention: queries have shape \[5,4.*expected \[rows, heads head_dim\]"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        ops.cached_attention(
            tf.zeros(queries),
            tf.zeros(cache),
            tf.zeros([rows], tf.int32),
            head_dim=HEAD_DIM,
            bias=None if bias is None else tf.zeros(bias),
        )


@pytest.mark.parametrize("entry", [-1, 3])
def test_an_entry_that_the_cache_lacks_is_refused(entry):
    queries, cache, _ = tensors()
    message = f"row 4 attends to entry {entry}, but the cache has 3"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        ops.cached_attention(queries, cache, tf.constant([0, 0, 1, 2, entry]), head_dim=HEAD_DIM)
