import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.image.conv2d import Conv2d
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import activation_pb2, conv_pb2

# The image has 3 x 3 pixels and one channel.
_IMAGE = tf.reshape(tf.constant([1.0, 2, 3, 4, 5, 6, 7, 8, 9]), [1, 3, 3, 1])
_EVALUATION = StepContext.for_evaluation(seed=0)


def conv(input_shape=(None, 3, 3, 1), **fields):
    fields = {"filters": 1, "kernel_height": 2, "kernel_width": 2} | fields
    return Conv2d(conv_pb2.Conv2d(**fields), Place(path="conv", input_shape=input_shape, seed=1))


def run(layer, kernel):
    layer.kernel.assign(tf.reshape(tf.constant(kernel, tf.float32), layer.kernel.shape))
    return layer(_IMAGE, _EVALUATION).numpy().squeeze(axis=(0, 3))


def test_valid_padding_covers_whole_windows_only():
    # Top left is 1 * 1 + 2 * 2 + 3 * 4 + 4 * 5 = 37. A step right adds 10, a step down 30.
    y = run(conv(padding=conv_pb2.VALID), [1, 2, 3, 4])
    np.testing.assert_array_equal(y, [[37, 47], [67, 77]])


def test_same_padding_adds_zeros_at_the_bottom_and_right():
    # The last window has only the 9 within the image: 1 * 9. The right column is 1 * 3 + 3 * 6 = 21
    # and 1 * 6 + 3 * 9 = 33, the bottom row 1 * 7 + 2 * 8 = 23 and 1 * 8 + 2 * 9 = 26.
    y = run(conv(), [1, 2, 3, 4])
    np.testing.assert_array_equal(y, [[37, 47, 21], [67, 77, 33], [23, 26, 9]])


def test_stride_two_takes_every_second_window():
    np.testing.assert_array_equal(run(conv(stride=2), [1, 2, 3, 4]), [[37, 21], [23, 9]])


def test_bias_then_activation():
    layer = conv(padding=conv_pb2.VALID, bias=True, activation=activation_pb2.RELU)
    layer.bias.assign([-60.0])
    np.testing.assert_array_equal(run(layer, [1, 2, 3, 4]), [[0, 0], [7, 17]])


def test_there_is_no_bias_by_default():
    assert [variable.name for variable in conv().variables] == ["conv/kernel:0"]


def test_window_larger_than_the_image_is_an_error():
    with pytest.raises(
        ValueError, match=r"conv: the window is larger than its input.*padding: SAME"
    ):
        conv(kernel_height=4, padding=conv_pb2.VALID)


def test_input_that_is_not_an_image_is_an_error():
    with pytest.raises(ValueError, match=r"conv: the input has shape \[\?, 7\]; Conv2d expects"):
        conv(input_shape=(None, 7))
