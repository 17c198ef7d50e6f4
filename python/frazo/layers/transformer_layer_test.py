import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.layer import Layer
from frazo.layers.place import Place
from frazo.layers.residual import Residual
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.layers.transformer_layer import TransformerLayer
from frazo.layers.transformer_stack import TransformerStack
from frazo.proto import transformer_layer_pb2
from frazo.registry import register
from google.protobuf import text_format, wrappers_pb2

_EVALUATION = StepContext.for_evaluation(seed=0)
_TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
_LAYER = "self_attention { num_heads: 2 causal: true } feed_forward { hidden_units: 5 }"
_CROSS = "cross_attention { num_heads: 2 }"
# The standardized values are (-1.069045, -.534522, 0, 1.603567), as in token_norm_test.
_X = tf.constant([[[1.0, 2, 3, 6]]])
_STANDARDIZED = np.array([-1.069045, -0.534522, 0, 1.603567])


def residual(text, **settings):
    message = text_format.Parse(f"{_LAYER} {text}", transformer_layer_pb2.TransformerLayer())
    return Residual(
        message, Place(path="residual", input_shape=(None, None, 4), seed=1), **settings
    )


@pytest.mark.parametrize(
    ("text", "settings", "expected"),
    [
        ("", {}, [1, 2, 3, 6] + 2 * _STANDARDIZED),
        ("", {"adds_to_normalized": True}, 3 * _STANDARDIZED),
        # x + 2 x has the same standardized values.
        ("norm_place: AFTER", {}, _STANDARDIZED),
        # sqrt((1 + 4 + 9 + 36) / 4) = 3.535534.
        ("norm { rms_norm {} }", {}, np.array([1, 2, 3, 6]) * (1 + 2 / 3.535534)),
    ],
    ids=["before", "normalized", "after", "rms"],
)
def test_residual(text, settings, expected):
    y, extra = residual(text, **settings)(_X, _EVALUATION, lambda x: (2 * x, "extra"))
    np.testing.assert_allclose(y[0, 0], expected, atol=1e-5)
    assert extra == "extra"


def test_a_sentence_skips_the_whole_function_or_adds_it_scaled():
    layer = residual("skip_probability: 0.25")
    x = tf.random.stateless_normal([4000, 2, 4], [1, 2])
    added = layer(x, _TRAINING, lambda y: (tf.ones_like(y), None))[0] - x
    first = added.numpy()[:, 0, 0]
    np.testing.assert_allclose(added, np.tile(first[:, None, None], [1, 2, 4]), atol=1e-5)
    # With 4000 draws the standard error of the share is .007.
    assert abs(np.mean(first == 0) - 0.25) < 0.03
    np.testing.assert_allclose(first[first > 0.5], 4 / 3, rtol=1e-4)
    np.testing.assert_array_equal(
        layer(x, _EVALUATION, lambda y: (tf.ones_like(y), None))[0], x + 1
    )


def test_dropout_zeroes_elements_of_what_is_added():
    layer = residual("residual_dropout: 0.5")
    x = tf.random.stateless_normal([100, 10, 4], [1, 2])
    added = (layer(x, _TRAINING, lambda y: (tf.ones_like(y), None))[0] - x).numpy()
    assert abs(np.mean(np.abs(added) < 0.5) - 0.5) < 0.05
    np.testing.assert_allclose(added[added > 0.5], 2, rtol=1e-4)


def make_layer(text):
    message = text_format.Parse(text, transformer_layer_pb2.TransformerLayer())
    return TransformerLayer(
        message,
        Place(path="layer", input_shape=(None, None, 4), seed=1),
        memory_shape=(None, None, 6) if "cross_attention" in text else None,
    )


def test_layer_is_its_parts_one_after_the_other():
    layer = make_layer(f"{_LAYER} {_CROSS} attention_adds_to_normalized: true")
    x = tf.random.stateless_normal([2, 3, 4], [1, 2])
    layout = SequenceLayout(mask=tf.ones([2, 3], tf.bool))
    memory = Memory(tf.random.stateless_normal([2, 3, 6], [3, 4]), layout)
    n = layer.self_residual.norm(x, _EVALUATION)
    h = n + layer.self_attention(n, layout, _EVALUATION)
    n = layer.cross_residual.norm(h, _EVALUATION)
    h = n + layer.cross_attention(n, layout, _EVALUATION, memory)
    n = layer.feed_forward_residual.norm(h, _EVALUATION)
    expected = h + layer.feed_forward(n, _EVALUATION)
    np.testing.assert_allclose(layer(x, layout, _EVALUATION, memory), expected, atol=1e-6)


# Stands for a message of a user's own. Every protobuf library has this one, and no other test of
# the room binds it.
@register(wrappers_pb2.Int64Value)
class _Scaled(Layer):
    def __call__(self, x, context):
        return x * self.message.value


def test_a_custom_position_wise_layer():
    message = transformer_layer_pb2.TransformerLayer()
    text_format.Parse("self_attention { num_heads: 2 }", message)
    message.custom.Pack(wrappers_pb2.Int64Value(value=3))
    layer = TransformerLayer(message, Place(path="layer", input_shape=(None, None, 4), seed=1))
    assert layer.feed_forward.path == "layer/feed_forward"
    np.testing.assert_array_equal(layer.feed_forward(_X, _EVALUATION), 3 * _X)


def test_cross_attention_without_an_encoder_is_an_error():
    message = text_format.Parse(f"{_LAYER} {_CROSS}", transformer_layer_pb2.TransformerLayer())
    with pytest.raises(ValueError, match=r"layer: it has cross_attention, but .* Remove cross"):
        TransformerLayer(message, Place(path="layer", input_shape=(None, None, 4), seed=1))


def make_stack(text):
    message = text_format.Parse(text, transformer_layer_pb2.TransformerStack())
    return TransformerStack(
        message,
        Place(path="stack", input_shape=(None, None, 4), seed=1),
        memory_shape=(None, None, 6) if "cross_attention" in text else None,
    )


def test_names_of_variables_are_their_paths():
    names = {
        v.name for v in make_stack(f"num_layers: 2 final_norm: true layer {{ {_LAYER} }}").variables
    }
    parts = {
        "self_attention_residual/norm/scale",
        "self_attention_residual/norm/bias",
        "self_attention/query_key_value/kernel",
        "self_attention/query_key_value/bias",
        "self_attention/output/kernel",
        "self_attention/output/bias",
        "feed_forward_residual/norm/scale",
        "feed_forward_residual/norm/bias",
        "feed_forward/hidden/kernel",
        "feed_forward/hidden/bias",
        "feed_forward/output/kernel",
        "feed_forward/output/bias",
    }
    expected = {f"stack/layer{index}/{part}:0" for index in range(2) for part in parts}
    assert names == expected | {"stack/final_norm/scale:0", "stack/final_norm/bias:0"}


def test_layers_take_turns():
    mixture = (
        "self_attention { num_heads: 2 } mixture_of_experts { num_experts: 3 hidden_units: 5 }"
    )
    stack = make_stack(
        f"num_layers: 5 layer {{ {mixture} skip_probability: 0.5 }} alternating_with {{ {_LAYER} }}"
    )
    kinds = [layer.message.WhichOneof("position_wise") for layer in stack.layers]
    assert kinds == ["mixture_of_experts", "feed_forward"] * 2 + ["mixture_of_experts"]
    # Layer i of 5 has i / 5 of its probability.
    probabilities = [layer.message.skip_probability for layer in stack.layers]
    np.testing.assert_allclose(probabilities, [0.1, 0, 0.3, 0, 0.5], rtol=1e-6)


def test_experts_get_the_mask_of_the_tokens():
    layer = make_layer(
        "self_attention { num_heads: 2 } mixture_of_experts { num_experts: 3 hidden_units: 5 }"
    )
    context = StepContext.for_evaluation(seed=0)
    layer(tf.ones([2, 3, 4]), SequenceLayout.of_lengths(tf.constant([1, 3]), 3), context)
    # Two choices of each of four tokens.
    assert context.metrics["layer/feed_forward/dropped_fraction"][1] == 8


def test_probability_to_skip_grows_with_the_layer():
    stack = make_stack(f"num_layers: 4 layer {{ {_LAYER} skip_probability: 0.4 }}")
    probabilities = [layer.message.skip_probability for layer in stack.layers]
    np.testing.assert_allclose(probabilities, [0.1, 0.2, 0.3, 0.4], rtol=1e-6)


def test_positions_of_packed_segments_count_from_their_start():
    stack = make_stack(f"num_layers: 2 positions {{ sinusoidal {{}} }} layer {{ {_LAYER} }}")
    x = tf.random.stateless_normal([1, 5, 4], [1, 2])
    packed = SequenceLayout.of_segments(
        tf.constant([[1, 1, 2, 2, 2]]), tf.constant([[0, 1, 0, 1, 2]])
    )
    alone = SequenceLayout(mask=tf.ones([1, 3], tf.bool))
    np.testing.assert_allclose(
        stack(x, packed, _EVALUATION)[:, 2:], stack(x[:, 2:], alone, _EVALUATION), atol=1e-5
    )
