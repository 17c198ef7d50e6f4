import pytest
import tensorflow as tf

from frazo import ops


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("batch", [1, 16, 21])
def test_sparse_gradients_equal_those_of_the_convolution(batch, stride, padding):
    x = tf.random.stateless_normal([batch, 7, 8, 3], [1, batch])
    kernel = tf.random.stateless_normal([3, 2, 3, 5], [2, 2])
    with tf.GradientTape() as tape:
        tape.watch([x, kernel])
        y = tf.nn.conv2d(x, kernel, stride, padding)
    d = tf.nn.relu(tf.random.stateless_normal(tf.shape(y), [3, 3]))
    expected = tape.gradient(y, [x, kernel], d)
    given = ops.sparse_conv2d_gradient(x, kernel, d, stride=stride, padding=padding)
    for gradient, other in zip(given, expected, strict=True):
        assert gradient.shape == other.shape
        tf.debugging.assert_near(gradient, other, rtol=1e-4, atol=1e-4)


def test_sparse_gradients_of_an_empty_batch_are_zero():
    x, kernel = tf.zeros([0, 4, 4, 2]), tf.ones([3, 3, 2, 5])
    gradients = ops.sparse_conv2d_gradient(
        x, kernel, tf.zeros([0, 4, 4, 5]), stride=1, padding="SAME"
    )
    assert gradients[0].shape == x.shape
    tf.debugging.assert_equal(gradients[1], tf.zeros_like(kernel))


@pytest.mark.parametrize(
    ("x", "kernel", "d"),
    [
        ([1, 5, 5, 2], [3, 3, 1, 4], [1, 5, 5, 4]),
        ([1, 5, 5, 2], [3, 3, 2, 4], [1, 4, 5, 4]),
        ([1, 5, 5, 2], [3, 3, 2, 4], [2, 5, 5, 4]),
        ([1, 5, 5, 2], [3, 3, 2, 4], [1, 5, 5, 3]),
        ([1, 5, 5, 2], [0, 3, 2, 4], [1, 5, 5, 4]),
    ],
)
def test_sparse_gradients_of_no_convolution_are_refused(x, kernel, d):
    with pytest.raises(tf.errors.InvalidArgumentError, match="are not of one convolution"):
        ops.sparse_conv2d_gradient(
            tf.zeros(x), tf.zeros(kernel), tf.zeros(d), stride=1, padding="SAME"
        )
