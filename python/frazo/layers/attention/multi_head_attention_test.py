"""Tests of self attention by hand. attention_test has what holds for all attention."""

import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.attention.multi_head_attention import MultiHeadAttention
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import attention_pb2
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_ALL = SequenceLayout(mask=tf.constant([[True, True]]))
_LOG3 = math.log(3)


def attention(text, dim=2, path="attention"):
    message = text_format.Parse(text, attention_pb2.MultiHeadAttention())
    return MultiHeadAttention(message, Place(path=path, input_shape=(None, None, dim), seed=1))


def one_value_heads(extra=""):
    """Makes two heads of size 1. Query and key are the input, the values 4 and 8 times it."""
    layer = attention(f"num_heads: 2 bias: false {extra}")
    layer.query_key_value.kernel.assign([[1, 0, 1, 0, 4, 0], [0, 1, 0, 1, 0, 8]])
    layer.output.kernel.assign([[1, 0], [0, 1]])
    return layer


def test_each_head_weighs_the_values_by_the_softmax_of_its_products():
    x = tf.constant([[[1.0, 1.0], [1 + _LOG3, 1.0]]])
    y, probabilities = one_value_heads().attend(x, _ALL, _EVALUATION)
    # In head 0, query 1 has the logits 1 and 1 + log 3, so probabilities of 1/4 and 3/4. The logits
    # of query 2 are 1 + log 3 times these. They differ by log 3 (1 + log 3) = 2.305561, so the
    # probability of the second key is 1 / (1 + e^-2.305561) = .909337. The values are 4 and 4 + 4
    # log 3 = 8.394449. In head 1 the logits are equal and the values 8.
    first = 4 + 0.75 * 4 * _LOG3
    second = 4 + 0.909337 * 4 * _LOG3
    np.testing.assert_allclose(y, [[[first, 8], [second, 8]]], atol=1e-5)
    # These are means over heads: (1/4 + 1/2) / 2, ...
    expected = [[[0.375, 0.625], [0.295332, 0.704668]]]
    np.testing.assert_allclose(probabilities, expected, atol=1e-5)


def test_logits_are_divided_by_the_root_of_the_size():
    layer = attention("num_heads: 1 bias: false head_dim: 4", dim=1)
    # The query is (1, 1, 1, 1) and the key (x, x, x, x): the logit is 4 x / sqrt(4) = 2 x. The
    # value is (x, 0, 0, 0). Without a bias the query is 0.
    layer.query_key_value.kernel.assign([[0] * 4 + [1] * 4 + [1, 0, 0, 0]])
    layer.output.kernel.assign([[1], [0], [0], [0]])
    np.testing.assert_allclose(
        layer(tf.constant([[[0.0], [1.0]]]), _ALL, _EVALUATION), [[[0.5], [0.5]]]
    )
    layer = attention("num_heads: 1 head_dim: 4", dim=1)
    layer.query_key_value.kernel.assign([[0] * 4 + [1] * 4 + [1, 0, 0, 0]])
    layer.query_key_value.bias.assign([1] * 4 + [0] * 8)
    layer.output.kernel.assign([[1], [0], [0], [0]])
    # The value is 1 / (1 + e^-2).
    y = layer(tf.constant([[[0.0], [1.0]]]), _ALL, _EVALUATION)
    np.testing.assert_allclose(y, [[[0.880797], [0.880797]]], atol=1e-5)


def test_per_dim_scale_is_one_at_first_and_softplus_of_the_variable_by_log_2():
    x = tf.constant([[[1.0, 1.0], [2.0, 1.0]]])
    layer = one_value_heads("per_dim_scale: true")
    np.testing.assert_array_equal(
        layer(x, _ALL, _EVALUATION), one_value_heads()(x, _ALL, _EVALUATION)
    )
    # softplus(1) / log 2 = 1.313262 / .693147.
    layer.per_dim_scale.assign([1.0])
    weight = 1 / (1 + math.exp(-1.313262 / math.log(2)))
    y = layer(x, _ALL, _EVALUATION)
    np.testing.assert_allclose(y[0, 0], [4 + 4 * weight, 8], atol=1e-5)


def test_causal_sees_itself_and_the_past():
    x = tf.constant([[[1.0, 1.0], [1 + _LOG3, 1.0]]])
    layer = one_value_heads("causal: true")
    y, probabilities = layer.attend(x, _ALL, _EVALUATION)
    np.testing.assert_allclose(y[0, 0], [4, 8], atol=1e-5)
    np.testing.assert_allclose(y[0, 1], [4 + 0.909337 * 4 * _LOG3, 8], atol=1e-5)
    np.testing.assert_array_equal(probabilities[0, 0], [1, 0])


def visible(text, layout, time):
    """Returns which keys have a probability, for all queries of the first sentence."""
    layer = attention(f"num_heads: 1 {text}", dim=4)
    x = tf.random.stateless_normal([1, time, 4], [1, 2])
    return layer.attend(x, layout, _EVALUATION)[1][0].numpy() > 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("causal: true tokens_before: 1", [[1, 0, 0, 0], [1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1]]),
        (
            "tokens_before: 0 tokens_after: 1",
            [[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0] * 3 + [1]],
        ),
        ("tokens_after: 2", [[1, 1, 1, 0], [1] * 4, [1] * 4, [1] * 4]),
    ],
)
def test_window(text, expected):
    layout = SequenceLayout(mask=tf.ones([1, 4], tf.bool))
    np.testing.assert_array_equal(visible(text, layout, 4), expected)


def test_packed_segments_do_not_see_each_other():
    layout = SequenceLayout.of_segments(tf.constant([[1, 1, 2, 0]]), tf.constant([[0, 1, 0, 0]]))
    expected = [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0]]
    np.testing.assert_array_equal(visible("", layout, 4)[:3], expected)


def test_relative_bias_is_added_to_the_logits():
    layer = one_value_heads("relative_bias { num_buckets: 4 max_distance: 4 }")
    # Buckets 0 and 1 are distances 0 and 1, buckets 2 and 3 the same distances of later keys.
    layer.relative_bias.table.assign([[0, 0, 0, _LOG3], [0, 0, 0, 0]])
    x = tf.constant([[[0.0, 0.0], [0.0, 0.0]]])
    _, probabilities = layer.attend(x, _ALL, _EVALUATION)
    # The first query sees the later key with 3/4 in head 0 and 1/2 in head 1.
    np.testing.assert_allclose(probabilities, [[[0.375, 0.625], [0.5, 0.5]]], atol=1e-6)


def test_heads_of_queries_share_consecutive_heads_of_keys():
    grouped = attention("num_heads: 4 num_key_value_heads: 2 bias: false", dim=8)
    full = attention("num_heads: 4 bias: false", dim=8)
    query, key, value = grouped.query_key_value.split(grouped.query_key_value.kernel)
    keys, values = (
        tf.reshape(tf.repeat(tf.reshape(part, [8, 2, 2]), 2, axis=1), [8, 8])
        for part in (key, value)
    )
    full.query_key_value.kernel.assign(tf.concat([query, keys, values], 1))
    full.output.kernel.assign(grouped.output.kernel)
    x = tf.random.stateless_normal([3, 5, 8], [1, 2])
    layout = SequenceLayout.of_lengths([5, 4, 1], 5)
    np.testing.assert_allclose(
        grouped(x, layout, _EVALUATION), full(x, layout, _EVALUATION), atol=1e-6
    )


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("num_heads: 3", r"attention: 3 heads do not divide an input of size 8\. Change num_heads"),
        (
            "num_heads: 4 num_key_value_heads: 3",
            r"^attention: num_key_value_heads: 3 does not divide num_heads \(4\)",
        ),
        ("num_heads: 8 rotary {}", r"head_dim is 1\. Make it even"),
        (
            "num_heads: 2 causal: true tokens_after: 1",
            r"^attention: tokens_after: causal attention does not see later tokens",
        ),
        (
            "num_heads: 2 block_length: 4 probability_dropout: 0.1",
            r"^attention: block_length: .* cannot be combined",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_errors(text, error):
    with pytest.raises(ValueError, match=error):
        attention(text, dim=8)


def test_decoding_with_attention_to_later_tokens_is_an_error():
    with pytest.raises(ValueError, match=r"attention: decoding step by step needs .* Set causal"):
        attention("num_heads: 2").init_state(3, {})
