import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

KERNEL, GRAPH = ops.Implementation.KERNEL, ops.Implementation.GRAPH


def normal(*shape, seed=1):
    return tf.random.stateless_normal(shape, [seed, len(shape)])


@pytest.mark.parametrize("choice", [KERNEL, GRAPH])
def test_each_row_gets_the_vector_of_its_cell(choice):
    x = tf.constant([[1.0, 0], [2, 3], [4, 0]])
    kernel, shared = tf.constant([[10.0], [-1]]), tf.constant([[1.0], [99], [-30], [5]])
    with ops.implementation(choice), tf.GradientTape() as tape:
        tape.watch([x, kernel, shared])
        rows = ops.rectified_matmul(x, kernel, shared, tf.constant([1, 0, 2, 0]))
    # 10 + 1; 20 - 3 - 30, which is negative; 40 - 30.
    np.testing.assert_array_equal(rows.values, [[11], [0], [10]])
    np.testing.assert_allclose(rows.mean, [7])
    # 4^2, 7^2 and 3^2 by 3.
    np.testing.assert_allclose(rows.variance, [74 / 3], rtol=1e-6)
    np.testing.assert_array_equal(rows.cell_means, [[11], [0], [5], [0]])
    np.testing.assert_array_equal(rows.cell_maxima, [[11], [0], [10], [0]])
    slopes = tf.constant([[2.0], [3], [4]])
    of_x, of_kernel, of_shared = tape.gradient(
        rows.values, [x, kernel, shared], output_gradients=slopes
    )
    np.testing.assert_array_equal(of_x, [[20, -2], [0, 0], [40, -4]])
    np.testing.assert_array_equal(of_kernel, [[18], [0]])
    np.testing.assert_array_equal(of_shared, [[2], [0], [4], [0]])


@pytest.mark.parametrize("choice", [KERNEL, GRAPH])
def test_rows_that_share_the_maximum_share_its_gradient(choice):
    x = tf.constant([[3.0], [1], [3], [5]])
    with ops.implementation(choice), tf.GradientTape() as tape:
        tape.watch(x)
        rows = ops.rectified_matmul(x, tf.ones([1, 1]), tf.zeros([2, 1]), tf.constant([3, 1]))
        total = tf.reduce_sum(rows.cell_maxima * [[10.0], [7.0]])
    np.testing.assert_array_equal(tape.gradient(total, x), [[5], [0], [5], [7]])


@st.composite
def products(draw):
    counts = draw(st.lists(st.integers(0, 40), min_size=1, max_size=5))
    depth, columns = draw(st.integers(1, 150)), draw(st.integers(1, 150))
    x = normal(sum(counts), depth)
    x = tf.nn.relu(x) if draw(st.booleans()) else x
    return x, normal(depth, columns, seed=2), normal(len(counts), columns, seed=3), counts


@hypothesis.given(products())
def test_kernel_and_graph_agree_forward_and_backward(product):
    *factors, counts = product
    given = []
    for choice in (KERNEL, GRAPH):
        with ops.implementation(choice), tf.GradientTape() as tape:
            tape.watch(factors)
            rows = ops.rectified_matmul(*factors, tf.constant(counts))
            # What is nearly 0 may be rectified by one of the two alone: its slope is nearly 0, too.
            total = sum(
                tf.reduce_sum(tf.square(part) * normal(*part.shape, seed=number))
                for number, part in enumerate(rows)
                if number != 2
            )
            total += tf.reduce_sum(rows.variance * tf.square(rows.mean))
        given.append([*rows, *tape.gradient(total, factors)])
    for kernel, graph in zip(*given, strict=True):
        largest = np.max(np.abs(graph), initial=1)
        np.testing.assert_allclose(kernel, graph, rtol=1e-3, atol=1e-5 * largest)


@pytest.mark.parametrize("choice", [KERNEL, GRAPH])
def test_gradients_agree_with_differences(choice):
    # No sum is so near to 0 that a difference would cross it.
    x = tf.constant([[1.0, 2.0], [0.0, 0.5], [3.0, 0.0]])
    kernel = tf.constant([[1.0, -2.0, 0.7], [0.3, 1.5, -1.0]])
    shared = tf.constant([[0.1, 0.2, 0.3], [0.4, -0.2, 0.1]])

    def value(*factors):
        with ops.implementation(choice):
            rows = ops.rectified_matmul(*factors, tf.constant([2, 1]))
        return tf.reduce_sum(rows.variance * [1.0, 2, 3]) + sum(
            tf.reduce_sum(part * normal(*part.shape, seed=number))
            for number, part in enumerate(rows)
        )

    found, wanted = tf.test.compute_gradient(value, [x, kernel, shared], delta=1e-2)
    for slopes, differences in zip(found, wanted, strict=True):
        np.testing.assert_allclose(slopes, differences, rtol=0.01, atol=0.01)


@pytest.mark.parametrize("choice", [KERNEL, GRAPH])
def test_no_row_has_zeros_and_gradients(choice):
    x, kernel = tf.zeros([0, 2]), normal(2, 3)
    with ops.implementation(choice), tf.GradientTape() as tape:
        tape.watch([x, kernel])
        rows = ops.rectified_matmul(x, kernel, normal(2, 3), tf.constant([0, 0]))
    for part in rows:
        np.testing.assert_array_equal(part, np.zeros(part.shape))
    of_x, of_kernel = tape.gradient(rows.mean, [x, kernel])
    assert of_x.shape == (0, 2)
    np.testing.assert_array_equal(of_kernel, np.zeros([2, 3]))


def test_sums_of_bfloat16_are_float32():
    x = tf.constant([[1.0]] * 1000 + [[3.0]] * 1000, tf.bfloat16)
    one, none = tf.ones([1, 1], tf.bfloat16), tf.zeros([1, 1], tf.bfloat16)
    rows = ops.rectified_matmul(x, one, none, tf.constant([2000]))
    assert (float(rows.mean[0]), float(rows.variance[0])) == (2, 1)


def test_bad_inputs_are_refused():
    x, kernel, shared = normal(3, 2), normal(2, 4), normal(2, 4)
    with ops.implementation(KERNEL):
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"x has shape \[3,2\], kernel"):
            ops.rectified_matmul(x, normal(3, 4), shared, tf.constant([1, 2]))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"shared has shape \[2,4\]"):
            ops.rectified_matmul(x, kernel, shared, tf.constant([1, 1, 1]))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"add up to 4, but x has 3 rows"):
            ops.rectified_matmul(x, kernel, shared, tf.constant([2, 2]))
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"counts\[1\] is -1"):
            ops.rectified_matmul(x, kernel, shared, tf.constant([4, -1]))
