import pytest
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree


@tf.custom_gradient
def with_gradients_too_large(x: tf.Tensor):
    return tf.identity(x), lambda gradients: 1.1 * gradients


def bends(x: tf.Tensor) -> tf.Tensor:
    return 100 * tf.nn.relu(x)


# TensorFlow takes 0 for the slope of relu at 0. The difference is 50 times the direction.
def test_a_bend_at_the_point_itself_passes():
    point = tf.Variable([0.0])
    assert_gradients_agree(lambda: tf.reduce_sum(bends(point)), [point])
    assert point.numpy() == pytest.approx([0.0], abs=1e-6)


@pytest.mark.parametrize("function", [bends, tf.square, tf.exp])
def test_gradients_that_are_wrong_by_a_tenth_fail(function):
    point = tf.Variable([2.0, 3.0])
    assert_gradients_agree(lambda: tf.reduce_sum(function(point)), [point])
    with pytest.raises(AssertionError):
        assert_gradients_agree(
            lambda: tf.reduce_sum(function(with_gradients_too_large(point))), [point]
        )


def test_a_point_without_a_gradient_fails():
    used, unused = tf.Variable(1.0), tf.Variable(1.0)
    with pytest.raises(AssertionError):
        assert_gradients_agree(lambda: used * 2, [used, unused])
