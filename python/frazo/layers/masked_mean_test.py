import numpy as np
import tensorflow as tf
from frazo.layers.masked_mean import masked_mean


def test_padding_is_left_out():
    x = tf.constant([[[1.0, 10.0], [3.0, 20.0], [99.0, 99.0]]] * 3)
    # The means are over two vectors, (1 + 3) / 2 and (10 + 20) / 2, over one, and over none.
    means = masked_mean(x, tf.constant([2, 1, 0]))
    np.testing.assert_array_equal(means, [[2, 15], [1, 10], [0, 0]])


def test_padding_gets_no_gradient():
    x = tf.Variable(tf.ones([1, 3, 1]))
    with tf.GradientTape() as tape:
        mean = masked_mean(x, tf.constant([2]))
    np.testing.assert_array_equal(tape.gradient(mean, x), [[[0.5], [0.5], [0]]])
