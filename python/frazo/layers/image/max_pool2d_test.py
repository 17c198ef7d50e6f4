import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.image.max_pool2d import MaxPool2d
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import conv_pb2, pooling_pb2

_IMAGE = tf.reshape(tf.constant([1.0, 8, 3, 4, -5, 6, 7, 2, -9]), [1, 3, 3, 1])


def pool(**fields):
    message = pooling_pb2.MaxPool2d(**({"window": 2} | fields))
    return MaxPool2d(message, Place(path="pool", input_shape=(None, 3, 3, 1), seed=1))


def run(layer):
    return layer(_IMAGE, StepContext.for_evaluation(seed=0)).numpy().squeeze(axis=(0, 3))


def test_windows_do_not_overlap_by_default_and_padding_never_wins():
    # The last window holds only -9. Padding does not count as 0.
    np.testing.assert_array_equal(run(pool()), [[8, 6], [7, -9]])


def test_valid_padding_leaves_out_partial_windows():
    np.testing.assert_array_equal(run(pool(padding=conv_pb2.VALID)), [[8]])


def test_stride_one_overlaps():
    y = run(pool(stride=1, padding=conv_pb2.VALID))
    np.testing.assert_array_equal(y, [[8, 8], [7, 6]])


def test_window_larger_than_the_image_is_an_error():
    with pytest.raises(ValueError, match="pool: the window is larger than its input"):
        pool(window=4, padding=conv_pb2.VALID)
