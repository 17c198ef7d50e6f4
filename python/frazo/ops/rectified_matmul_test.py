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
    x = tf.constant([[1.0, 0], [2, 3], [0, 0]])
    kernel, shared = tf.constant([[10.0], [-1]]), tf.constant([[1.0], [99], [-30], [5]])
    with ops.implementation(choice), tf.GradientTape() as tape:
        tape.watch([x, kernel, shared])
        y = ops.rectified_matmul(x, kernel, shared, tf.constant([1, 0, 2, 0]))
    # 10 + 1; 20 - 3 - 30 and 0 - 30 are negative.
    np.testing.assert_array_equal(y, [[11], [0], [0]])
    slopes = tf.constant([[2.0], [3], [4]])
    of_x, of_kernel, of_shared = tape.gradient(y, [x, kernel, shared], output_gradients=slopes)
    np.testing.assert_array_equal(of_x, [[20, -2], [0, 0], [0, 0]])
    np.testing.assert_array_equal(of_kernel, [[2], [0]])
    np.testing.assert_array_equal(of_shared, [[2], [0], [0], [0]])


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
            y = ops.rectified_matmul(*factors, tf.constant(counts))
            # What is nearly 0 may be rectified by one of the two alone: its slope is nearly 0, too.
            total = tf.reduce_sum(tf.square(y) * normal(*y.shape, seed=9))
        given.append([y, *tape.gradient(total, factors)])
    for kernel, graph in zip(*given, strict=True):
        largest = np.max(np.abs(graph), initial=1)
        np.testing.assert_allclose(kernel, graph, rtol=1e-4, atol=1e-5 * largest)


def test_other_types_go_through_the_graph():
    x, kernel, shared = (tf.cast(normal(3, 3, seed=i), tf.bfloat16) for i in range(3))
    y = ops.rectified_matmul(x, kernel, shared, tf.constant([1, 1, 1]))
    assert y.dtype == tf.bfloat16


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
