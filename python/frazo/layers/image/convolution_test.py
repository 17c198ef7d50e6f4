import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.image.convolution import convolve


def gradients(convolution, share, shape=(9, 6, 7, 20), padding="SAME"):
    """Returns y and the gradients of sum(y * d) by x and by the kernel.

    `share` of the elements of d are not zero.
    """
    x = tf.random.stateless_normal(shape, [1, 1])
    kernel = tf.Variable(tf.random.stateless_normal([5, 5, shape[-1], 10], [2, 2]))

    @tf.function(autograph=False)
    def in_graph():
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = convolution(x, kernel, padding)
            chosen = tf.random.stateless_uniform(tf.shape(y), [3, 3]) < share
            d = tf.random.stateless_normal(tf.shape(y), [4, 4]) * tf.cast(chosen, tf.float32)
            total = tf.reduce_sum(y * d)
        return (y, *tape.gradient(total, [x, kernel]))

    return in_graph()


def plain(x, kernel, padding):
    return tf.nn.conv2d(x, kernel, 1, padding)


def ours(x, kernel, padding):
    return convolve(x, kernel, stride=1, padding=padding)


@pytest.mark.parametrize("share", [0, 0.1, 0.25, 0.5, 1])
@pytest.mark.parametrize("padding", ["SAME", "VALID"])
def test_equals_plain_convolution(share, padding):
    expected = gradients(plain, share, padding=padding)
    for value, other in zip(gradients(ours, share, padding=padding), expected, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("share", "taken"), [(0.1, True), (0.5, False)])
def test_the_share_of_nonzero_elements_decides_the_gradient(share, taken, monkeypatch):
    sparse = ops.sparse_conv2d_gradient

    def marked(*args, **kwargs):
        input_gradient, filter_gradient = sparse(*args, **kwargs)
        return input_gradient, filter_gradient + 1000

    monkeypatch.setattr(ops, "sparse_conv2d_gradient", marked)
    _, _, kernel_gradient = gradients(ours, share)
    assert (np.min(kernel_gradient) > 500) == taken


def test_few_channels_have_tensorflows_gradient(monkeypatch):
    monkeypatch.delattr(ops, "sparse_conv2d_gradient")
    expected = gradients(plain, 0.1, shape=(9, 6, 7, 1))
    for value, other in zip(gradients(ours, 0.1, shape=(9, 6, 7, 1)), expected, strict=True):
        np.testing.assert_allclose(value, other, rtol=1e-4, atol=1e-4)
