import numpy as np
import tensorflow as tf
from frazo.layers.recomputed import recomputed


def test_value_and_gradients_are_those_of_the_function():
    x, y = tf.constant([[1.0, 2.0, 3.0]]), tf.constant([[2.0], [5.0]])
    with tf.GradientTape() as tape:
        tape.watch([x, y])
        product = recomputed(lambda x, y: tf.square(x) * y, x, y)
    np.testing.assert_array_equal(product, [[2, 8, 18], [5, 20, 45]])
    x_gradient, y_gradient = tape.gradient(product, [x, y])
    # The gradient by x is 2 x (2 + 5), that by y the sum of squares.
    np.testing.assert_array_equal(x_gradient, [[14, 28, 42]])
    np.testing.assert_array_equal(y_gradient, [[14], [14]])


def test_in_a_loop_it_is_computed_again():
    calls = []

    def cube(x):
        calls.append(x)
        return x**3

    @tf.function(autograph=False)
    def slope(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            _, total = tf.while_loop(
                lambda i, _: i < 3, lambda i, y: (i + 1, y + recomputed(cube, x)), [0, 0.0]
            )
        return tape.gradient(total, x)

    # 3 * 3 x^2.
    assert float(slope(tf.constant(2.0))) == 36
    assert len(calls) == 2
