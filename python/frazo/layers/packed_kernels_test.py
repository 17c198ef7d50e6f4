import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.packed_kernels import PackedKernels
from frazo.layers.step_context import StepContext

KERNEL = tf.Variable(tf.random.stateless_normal([5, 33], [1, 2]))
BIAS = tf.Variable(tf.random.stateless_normal([33], [1, 3]))
X = tf.random.stateless_normal([3, 5], [1, 4])


def decoding(kernels):
    return StepContext.for_decoding(tf.zeros([3], tf.int32), kernels)


def powers(kernel, transposed):
    """Returns a sum of a loop's products and how many matrices it packed outside of its body."""

    @tf.function(autograph=False)
    def run():
        kernels = PackedKernels()

        def body(step, x, total):
            context = decoding(kernels)
            y = context.multiply(x, kernel, transposed=transposed)
            return step + 1, x + 1, total + y + context.multiply(x, kernel, transposed=transposed)

        return tf.while_loop(lambda step, *_: step < 3, body, (0, X, tf.zeros([3, 33])))[2]

    graph = run.get_concrete_function().graph
    return run(), [operation.type for operation in graph.get_operations()].count("Frazo>PackMatrix")


@pytest.mark.parametrize("transposed", [False, True])
def test_a_loop_packs_each_kernel_once_and_before_its_steps(transposed):
    kernel = tf.Variable(tf.transpose(KERNEL)) if transposed else KERNEL
    total, packed = powers(kernel, transposed)
    assert packed == 1
    np.testing.assert_allclose(total, 2 * (3 * X + 3) @ KERNEL, rtol=1e-5, atol=1e-5)


def test_eager_steps_give_the_product_with_the_bias():
    context = decoding(PackedKernels())
    expected = StepContext.for_evaluation(seed=0).multiply(X, KERNEL, BIAS)
    np.testing.assert_allclose(expected, X @ KERNEL + BIAS, atol=1e-6)
    for _ in range(2):
        np.testing.assert_allclose(context.multiply(X, KERNEL, BIAS), expected, atol=1e-5)


def test_a_loop_in_int8_is_within_the_rounding():
    context = decoding(PackedKernels(int8=True))
    y = context.multiply(X, KERNEL, BIAS)
    error = np.abs(y - (X @ KERNEL + BIAS)).max()
    # Each of ten factors, of up to 2.5, is off by up to 1 / 254 of itself.
    assert 0 < error < 0.1


def test_a_kernel_and_its_transpose_are_told_apart():
    square = tf.Variable(tf.random.stateless_normal([4, 4], [2, 2]))
    context, x = decoding(PackedKernels()), X[:, :4]
    np.testing.assert_allclose(context.multiply(x, square), x @ square, atol=1e-5)
    transposed = context.multiply(x, square, transposed=True)
    np.testing.assert_allclose(transposed, x @ tf.transpose(square), atol=1e-5)
