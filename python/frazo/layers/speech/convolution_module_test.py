"""The convolution module by hand-computed numbers, and what it does with padding and packing."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.convolution_module import ConvolutionModule
from frazo.layers.step_context import StepContext
from frazo.proto import conformer_pb2
from google.protobuf import text_format

CONTEXT = StepContext.for_evaluation(seed=1)


def make_module(text="", *, dim=2, compute_dtype=tf.float32):
    message = text_format.Parse(text, conformer_pb2.ConvolutionModule())
    place = Place(path="module", seed=3, input_shape=(None, None, dim), compute_dtype=compute_dtype)
    return ConvolutionModule(message, place)


def test_hand_computed_numbers():
    module = make_module("frames_before: 1 frames_after: 1 norm { rms_norm { epsilon: 1e-9 } }")
    values = {
        # The values are x, the gates sigmoid(0).
        "module/input/kernel": [[1, 0, 0, 0], [0, 1, 0, 0]],
        # Rows are frames, columns channels.
        "module/depthwise/kernel": [[1, 2], [0, 1], [2, 0]],
        "module/depthwise/bias": [0, 1],
        "module/output/kernel": [[1, 1], [0, 1]],
    }
    for variable in module.variables:
        name = variable.name.removesuffix(":0")
        if name in values:
            variable.assign(values.pop(name))
    assert not values
    # The third frame is none: it counts as zeros.
    x = tf.constant([[[2.0, 0.0], [4.0, 2.0], [8.0, np.nan]]])
    y = module(x, SequenceLayout.of_lengths(tf.constant([2]), 3), CONTEXT)
    # Gated: (1, 0), (2, 1). Convolved: (2 * 2, 1), (1, 1 + 1). Divided by the roots of the mean
    # squares, sqrt(17 / 2) and sqrt(5 / 2): (1.371989, 0.342997), (0.632456, 1.264911).
    expected = [[1.094437, 1.295062], [0.413023, 1.399489]]
    np.testing.assert_allclose(y[0, :2], expected, atol=1e-5)


@pytest.mark.parametrize("text", ["", "frames_before: 3 frames_after: 0", "frames_before: 0"])
def test_an_utterance_does_not_depend_on_its_batch(text):
    module = make_module(text, dim=4)
    x = tf.random.stateless_normal([1, 6, 4], [1, 2])
    alone = module(x, SequenceLayout.of_lengths(tf.constant([6]), 6), CONTEXT)
    longer = tf.concat([x, tf.fill([1, 40, 4], 1e4)], 1)
    padded = module(longer, SequenceLayout.of_lengths(tf.constant([6]), 46), CONTEXT)
    np.testing.assert_allclose(padded[:, :6], alone, rtol=1e-5, atol=1e-6)


def test_without_frames_after_it_sees_no_later_frame():
    module = make_module("frames_after: 0", dim=4)
    x = tf.random.stateless_normal([1, 8, 4], [1, 2])
    layout = SequenceLayout.of_lengths(tf.constant([8]), 8)
    other = tf.concat([x[:, :5], -x[:, 5:]], 1)
    y, z = module(x, layout, CONTEXT), module(other, layout, CONTEXT)
    np.testing.assert_array_equal(y[:, :5], z[:, :5])
    assert not np.allclose(y[:, 5:], z[:, 5:])


def test_packed_sequences_are_an_error():
    ids = tf.constant([[1, 1, 2]])
    layout = SequenceLayout.of_segments(ids, tf.constant([[0, 1, 0]]))
    with pytest.raises(
        ValueError, match=r"module: a convolution over time would mix .* by buckets"
    ):
        make_module()(tf.zeros([1, 3, 2]), layout, CONTEXT)


def test_bfloat16():
    module = make_module(dim=4, compute_dtype=tf.bfloat16)
    x = tf.random.stateless_normal([2, 5, 4], [1, 2])
    layout = SequenceLayout.of_lengths(tf.constant([5, 3]), 5)
    y = module(tf.cast(x, tf.bfloat16), layout, CONTEXT)
    assert y.dtype == tf.bfloat16
    exact = module(x, layout, CONTEXT)
    np.testing.assert_allclose(tf.cast(y, tf.float32), exact, atol=0.05)
