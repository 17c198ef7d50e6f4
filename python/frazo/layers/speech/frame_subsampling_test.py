"""The convolutions by their definition, and independence of what an utterance is batched with."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.place import Place
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.speech.frame_subsampling import FrameSubsampling
from frazo.layers.step_context import StepContext
from frazo.proto import norm_pb2, speech_recognition_pb2

CONTEXT = StepContext.for_evaluation(seed=1)
TRAINING = StepContext.for_training(seed=1, global_step=tf.constant(0, tf.int64))


def make_layer(features, **fields):
    fields = {"filters": 3, "units": 5} | fields
    message = speech_recognition_pb2.FrameSubsampling(
        **{name: value for name, value in fields.items() if value is not None}
    )
    place = Place(path="subsampling", seed=3, input_shape=(None, None, features))
    return FrameSubsampling(message, place)


def test_one_convolution_by_its_definition():
    layer = make_layer(4, num_layers=1)
    by_name = {variable.name.split(":")[0]: variable.numpy() for variable in layer.variables}
    kernel, bias = by_name["subsampling/conv0/kernel"], by_name["subsampling/conv0/bias"]
    projection = by_name["subsampling/projection/kernel"]
    offset = by_name["subsampling/projection/bias"]
    x = np.random.default_rng(1).normal(size=[1, 5, 4]).astype(np.float32)
    padded = np.pad(x[0], [[1, 1], [1, 1]])
    expected = np.zeros([3, 2, 3])
    for t in range(3):
        for f in range(2):
            window = padded[2 * t : 2 * t + 3, 2 * f : 2 * f + 3]
            expected[t, f] = np.maximum(np.tensordot(window, kernel[:, :, 0], 2) + bias, 0)
    y = layer(tf.constant(x), SequenceLayout.of_lengths(tf.constant([5]), 5), CONTEXT)
    np.testing.assert_allclose(
        y[0], expected.reshape([3, 6]) @ projection + offset, rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 6, 7, 8])
def test_an_utterance_does_not_depend_on_its_batch(length):
    layer = make_layer(7)
    x = tf.random.stateless_normal([1, length, 7], [1, length])
    layout = SequenceLayout.of_lengths(tf.constant([length]), length)
    alone = layer(x, layout, CONTEXT)
    assert alone.shape == [1, -(-length // 4), 5]
    for more in (1, 2, 3, 5):
        noise = tf.fill([1, more, 7], np.float32(np.nan))
        padded = SequenceLayout.of_lengths(tf.constant([length]), length + more)
        y = layer(tf.concat([x, noise], 1), padded, CONTEXT)
        mask = layer.output_layout(padded).mask
        assert tf.reduce_sum(tf.cast(mask, tf.int32)) == alone.shape[1]
        np.testing.assert_array_equal(y[0, : alone.shape[1]], alone[0])
        assert mask.shape[1] == y.shape[1]


def test_a_mask_by_hand():
    # 9 frames become 5 and then 3; 7: 4 and 2; 4: 2 and 1; 1: 1 and 1; 0 stay 0.
    layer = make_layer(4, num_layers=2)
    mask = layer.output_layout(SequenceLayout.of_lengths(tf.constant([9, 7, 4, 1, 0]), 9)).mask
    expected = [[1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 0, 0], [0, 0, 0]]
    np.testing.assert_array_equal(mask, np.bool_(expected))


def test_frames_of_ones_by_hand():
    """With a kernel of ones a frame is the number of real frames and features that it sees."""
    layer = make_layer(3, num_layers=2, units=None, filters=1)
    for variable in layer.variables:
        variable.assign(tf.fill(variable.shape, 1.0 if variable.name.endswith("kernel:0") else 0.0))
    x = tf.concat([tf.ones([1, 6, 3]), tf.fill([1, 1, 3], np.float32(np.nan))], 1)
    y = layer(x, SequenceLayout.of_lengths(tf.constant([6]), 7), CONTEXT)
    # Both features of the first convolution see two of the three. Its frames see 0-1, 1-3 and 3-5
    # of the six: 2, 3 and 3, thus 4, 6 and 6. Its fourth frame sees one, too, but stands for none.
    # The second convolution sees frames 0-1 and 1-2 of these, both features: 2 (4 + 6), 2 (6 + 6).
    np.testing.assert_allclose(y, [[[20], [24]]], atol=1e-5)


@pytest.mark.parametrize("sizes", [[8, 4, 7], [4, 4, 4, 4, 3], [16, 1]])
def test_part_by_part_gives_the_same(sizes):
    layer = make_layer(7)
    assert layer.stride == 4
    x = tf.random.stateless_normal([2, sum(sizes), 7], [1, 2])
    whole = layer(x, SequenceLayout(tf.ones([2, sum(sizes)], tf.bool)), CONTEXT)
    state, parts = layer.init_state(2), []
    for part in tf.split(x, sizes, 1):
        layout = SequenceLayout(tf.ones(part.shape[:2], tf.bool))
        state, y = layer.chunk(state, part, layout, CONTEXT)
        parts.append(y)
    np.testing.assert_allclose(tf.concat(parts, 1), whole, atol=1e-6)


def test_gradients():
    layer = make_layer(6)
    x = tf.Variable(tf.random.stateless_normal([2, 9, 6], [1, 2]))
    layout = SequenceLayout.of_lengths(tf.constant([9, 5]), 9)
    mask = tf.cast(layer.output_layout(layout).mask, tf.float32)[..., tf.newaxis]
    assert_gradients_agree(
        lambda: tf.reduce_sum(tf.sin(layer(x, layout, CONTEXT)) * mask), [x, *layer.variables]
    )


def test_batch_norm_over_real_frames_by_its_definition():
    layer = make_layer(4, num_layers=1, units=None, batch_norm=norm_pb2.BatchNorm(epsilon=1e-3))
    by_name = {variable.name.split(":")[0]: variable for variable in layer.variables}
    prefix = "subsampling/conv0"
    assert set(by_name) == {
        f"{prefix}/kernel",
        *(
            f"{prefix}/norm/{part}"
            for part in ("scale", "offset", "moving_mean", "moving_variance")
        ),
    }
    x = np.random.default_rng(1).normal(size=[2, 5, 4]).astype(np.float32)
    # 3 of the 5 frames remain, and 1 of the 2. What is after the second frame is hidden.
    layout = SequenceLayout.of_lengths(tf.constant([5, 2]), 5)
    y = layer(tf.constant(x), layout, TRAINING)
    assert y.shape == [2, 3, 6]
    x[1, 2:] = 0
    kernel = by_name[f"{prefix}/kernel"].numpy()[:, :, 0]
    padded = np.pad(x, [[0, 0], [1, 1], [1, 1]])
    convolved = np.zeros([2, 3, 2, 3])
    for t in range(3):
        for f in range(2):
            window = padded[:, 2 * t : 2 * t + 3, 2 * f : 2 * f + 3]
            convolved[:, t, f] = np.tensordot(window, kernel, 2)
    real = np.concatenate([convolved[0], convolved[1, :1]]).reshape([-1, 3])
    normal = (convolved - real.mean(0)) / np.sqrt(real.var(0) + 1e-3)
    expected = np.maximum(normal, 0).reshape([2, 3, 6])
    expected[1, 1:] = 0
    np.testing.assert_allclose(y, expected, rtol=1e-4, atol=1e-5)


def test_gradients_through_batch_norm():
    layer = make_layer(6, units=None, batch_norm=norm_pb2.BatchNorm())
    x = tf.Variable(tf.random.stateless_normal([2, 9, 6], [1, 2]))
    layout = SequenceLayout.of_lengths(tf.constant([9, 5]), 9)
    assert_gradients_agree(
        lambda: tf.reduce_sum(tf.sin(layer(x, layout, TRAINING))),
        [x, *(variable for variable in layer.variables if variable.trainable)],
    )


@pytest.mark.parametrize("length", [1, 4, 6])
def test_in_evaluation_batch_norm_sees_one_utterance(length):
    layer = make_layer(7, units=None, batch_norm=norm_pb2.BatchNorm())
    x = tf.random.stateless_normal([1, length, 7], [1, length])
    alone = layer(x, SequenceLayout.of_lengths(tf.constant([length]), length), CONTEXT)
    longer = tf.concat([x, tf.fill([1, 5, 7], np.float32(np.nan))], 1)
    y = layer(longer, SequenceLayout.of_lengths(tf.constant([length]), length + 5), CONTEXT)
    np.testing.assert_array_equal(y[:, : alone.shape[1]], alone)
    assert np.all(y[:, alone.shape[1] :] == 0)


def test_the_size_is_known():
    assert make_layer(80).output_shape == (None, None, 5)
    message = speech_recognition_pb2.FrameSubsampling(num_layers=3, filters=2, units=4)
    layer = FrameSubsampling(message, Place(path="s", seed=1, input_shape=(8, 100, 10)))
    assert layer.output_shape == (8, 13, 4)
    assert make_layer(80, units=None, filters=32).output_shape == (None, None, 640)
