import numpy as np
import tensorflow as tf
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.points.row_moments import row_moments


def test_mean_and_variance_of_columns():
    # Column 0 has mean 2 and variance ((-1)^2 + 1^2) / 2 = 1, column 1 mean 10 and variance 16.
    mean, variance, count = row_moments(tf.constant([[1.0, 6.0], [3.0, 14.0]]))
    np.testing.assert_allclose(mean, [2, 10])
    np.testing.assert_allclose(variance, [1, 16])
    assert float(count) == 2


def test_no_row_has_moments_of_zero_and_a_gradient():
    x = tf.zeros([0, 2])
    with tf.GradientTape() as tape:
        tape.watch(x)
        moments = row_moments(x)
    for value in moments:
        np.testing.assert_array_equal(value, np.zeros(value.shape))
    assert tape.gradient(moments.mean, x).shape == (0, 2)


def test_gradients_agree_with_differences():
    x = tf.Variable(tf.random.stateless_normal([5, 3], [1, 2]))

    def value():
        mean, variance, _ = row_moments(x)
        return tf.reduce_sum(mean * [1.0, 2.0, 3.0] + tf.square(variance) * [3.0, 1.0, 2.0])

    assert_gradients_agree(value, [x])


def test_sums_of_bfloat16_are_float32():
    x = tf.constant([[1.0]] * 1000 + [[3.0]] * 1000, tf.bfloat16)
    mean, variance, _ = row_moments(x)
    assert (float(mean[0]), float(variance[0])) == (2, 1)
