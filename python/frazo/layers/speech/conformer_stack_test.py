"""A layer by its definition, and a stack that computes its layers again."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.conformer_stack import ConformerStack
from frazo.layers.step_context import StepContext
from frazo.proto import conformer_pb2
from google.protobuf import text_format

DIM = 8
EVALUATION = StepContext.for_evaluation(seed=1)
LAYER = "self_attention { num_heads: 2 rotary {} } convolution { frames_before: 2 frames_after: 1 }"


def make_stack(text, num_layers=2):
    message = text_format.Parse(f"num_layers: {num_layers} {text}", conformer_pb2.ConformerStack())
    return ConformerStack(message, Place(path="stack", seed=3, input_shape=(None, None, DIM)))


def frames(batch=3, time=6):
    layout = SequenceLayout.of_lengths(tf.constant([6, 2, 4][:batch]), time)
    return tf.random.stateless_normal([batch, time, DIM], [1, 2]), layout


def test_a_layer_is_the_sum_of_its_parts():
    (layer,) = make_stack(f"layer {{ {LAYER} norm {{ rms_norm {{}} }} }}", 1).layers
    x, layout = frames()
    y = layer(x, layout, EVALUATION)

    def normalized(z):
        return z / tf.sqrt(tf.reduce_mean(z * z, -1, keepdims=True) + 1e-6)

    x += layer.feed_forward_before(normalized(x), EVALUATION) / 2
    x += layer.self_attention(normalized(x), layout, EVALUATION)
    x += layer.convolution(normalized(x), layout, EVALUATION)
    x += layer.feed_forward_after(normalized(x), EVALUATION) / 2
    np.testing.assert_allclose(y, normalized(x), rtol=1e-4, atol=1e-5)


def test_the_default_feed_forward_is_four_times_as_wide():
    (layer,) = make_stack(f"layer {{ {LAYER} }}", 1).layers
    assert layer.feed_forward_before.hidden.kernel.shape == [DIM, 4 * DIM]
    x, _ = frames()
    hidden = tf.nn.silu(x @ layer.feed_forward_before.hidden.kernel)
    expected = hidden @ layer.feed_forward_before.output.kernel
    np.testing.assert_allclose(layer.feed_forward_before(x, EVALUATION), expected, atol=1e-5)


def train(text):
    stack = make_stack(text)
    x, layout = frames()
    context = StepContext.for_training(seed=1, global_step=tf.constant(3, tf.int64))
    mask = tf.cast(layout.mask, tf.float32)[..., tf.newaxis]
    with tf.GradientTape() as tape:
        y = stack(x, layout, context) * mask
        loss = tf.reduce_sum(y * tf.random.stateless_normal(y.shape, [8, 9]))
    return y, tape.gradient(loss, stack.trainable_variables)


@pytest.mark.parametrize("dropout", [0, 0.3])
def test_computing_layers_again_changes_nothing(dropout):
    text = f"layer {{ {LAYER} residual_dropout: {dropout} }} input_dropout: {dropout}"
    kept, again = train(text), train(f"{text} recompute_layers: true")
    for value, expected in zip(tf.nest.flatten(again), tf.nest.flatten(kept), strict=True):
        np.testing.assert_allclose(value, expected, rtol=1e-5, atol=1e-6)
