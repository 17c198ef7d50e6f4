import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

CHOICES = [ops.Implementation.KERNEL, ops.Implementation.GRAPH]


@pytest.mark.parametrize("choice", CHOICES)
def test_layer_norm_by_hand(choice):
    # The mean is 3, the variance (4 + 4) / 4 = 2, and with epsilon 4.
    x = tf.constant([[[1.0, 5, 3, 3]]])
    with ops.implementation(choice):
        y = ops.layer_norm(x, tf.constant([1.0, 1, 1, 2]), tf.constant([0.0, 0, 7, 1]), epsilon=2)
    np.testing.assert_allclose(y, [[[-1, 1, 7, 1]]], rtol=1e-6)


@pytest.mark.parametrize("choice", CHOICES)
def test_layer_norm_has_the_gradients_of_the_formula(choice):
    x = tf.random.stateless_normal([3, 70, 9], [1, 2])
    scale, bias = tf.unstack(tf.random.stateless_normal([2, 9], [3, 4]))
    weights = tf.random.stateless_normal([3, 70, 9], [5, 6])
    sources = [x, scale, bias]
    with tf.GradientTape(persistent=True) as tape, ops.implementation(choice):
        tape.watch(sources)
        ours = tf.reduce_sum(ops.layer_norm(x, scale, bias, epsilon=0.1) * weights)
        mean, variance = tf.nn.moments(x, -1, keepdims=True)
        standard = (x - mean) / tf.sqrt(variance + 0.1)
        plain = tf.reduce_sum((standard * scale + bias) * weights)
    for one, other in zip(tape.gradient(ours, sources), tape.gradient(plain, sources), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_static_shapes_are_those_of_the_arguments():
    @tf.function(
        input_signature=[tf.TensorSpec([None, 5, 8]), tf.TensorSpec([8]), tf.TensorSpec([8])]
    )
    def norm(x, scale, bias):
        y = ops.layer_norm(x, scale, bias, epsilon=0.1)
        assert y.shape.as_list() == [None, 5, 8]
        gradients = tf.gradients(y, [x, scale, bias])
        assert [gradient.shape.as_list() for gradient in gradients] == [[None, 5, 8], [8], [8]]
        return y

    with ops.implementation(ops.Implementation.KERNEL):
        norm.get_concrete_function()


def test_shapes_that_do_not_fit_are_an_error():
    with (
        ops.implementation(ops.Implementation.KERNEL),
        pytest.raises(
            tf.errors.InvalidArgumentError, match=r"expected \[\.\.\., dim\] and \[dim\]"
        ),
    ):
        ops.layer_norm(tf.ones([2, 3]), tf.ones([2]), tf.ones([2]), epsilon=1)


@pytest.mark.parametrize("choice", CHOICES)
def test_squared_norm_by_hand(choice):
    with ops.implementation(choice):
        assert ops.squared_norm(tf.constant([[3.0], [-4.0]])) == 25
        # 70,000 times 1/4.
        assert ops.squared_norm(tf.fill([7, 10_000], 0.5)) == 17_500


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("value", [2e19, float("inf"), float("nan")])
def test_squared_norm_shows_what_is_too_large_or_not_finite(choice, value):
    with ops.implementation(choice):
        assert not np.isfinite(ops.squared_norm(tf.constant([1.0, value])))
