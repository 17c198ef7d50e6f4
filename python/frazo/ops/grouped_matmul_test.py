import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

KERNEL, GRAPH = ops.Implementation.KERNEL, ops.Implementation.GRAPH


def normal(*shape, seed=1):
    return tf.random.stateless_normal(shape, [seed, len(shape)])


def test_each_row_goes_through_the_matrix_of_its_group():
    x = tf.constant([[1.0, 2], [3, 4], [5, 6]])
    matrices = tf.constant([[[1.0], [10]], [[100], [1000]]])
    # Row 2 is of the first group, row 0 of the second, row 1 of none.
    segments = tf.constant([[[2, 1]], [[0, 1]]])
    for choice in (KERNEL, GRAPH):
        with ops.implementation(choice):
            y = ops.grouped_matmul(x, matrices, segments)
        np.testing.assert_array_equal(y, [[2100], [0], [65]])


@st.composite
def products(draw):
    groups, parts = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    segments, row = [], 0
    for _ in range(groups * parts):
        size = draw(st.integers(0, 20))
        segments.append([row, size])
        row += size + draw(st.integers(0, 2))
    depth, columns = draw(st.integers(1, 40)), draw(st.integers(1, 70))
    transposed = draw(st.booleans())
    shape = [groups, columns, depth] if transposed else [groups, depth, columns]
    x, matrices = normal(row + 1, depth), normal(*shape, seed=2)
    return x, matrices, tf.reshape(tf.constant(segments), [groups, parts, 2]), transposed


@hypothesis.given(products(), st.booleans())
def test_kernel_and_graph_agree_forward_and_backward(product, is_fixed):
    x, matrices, segments, transposed = product
    largest = 25 if is_fixed else None
    given = []
    for choice in (KERNEL, GRAPH):
        with ops.implementation(choice), tf.GradientTape() as tape:
            tape.watch([x, matrices])
            y = ops.grouped_matmul(
                x, matrices, segments, transposed=transposed, largest_part=largest
            )
            total = tf.reduce_sum(y * normal(*y.shape, seed=9))
        gradients = tape.gradient(total, [x, matrices])
        given.append([y, *(tf.convert_to_tensor(gradient) for gradient in gradients)])
    for kernel, graph in zip(*given, strict=True):
        np.testing.assert_allclose(kernel, graph, rtol=1e-4, atol=1e-4)


def test_bad_inputs_are_refused():
    x, matrices = normal(3, 2), normal(1, 2, 4)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"x has shape \[3,2\], matrices"):
        ops.grouped_matmul(x, normal(1, 3, 4), tf.constant([[[0, 3]]]))
    for segment in ([0, 4], [-1, 2], [2, 2], [0, -1]):
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"not all within the 3 rows"):
            ops.grouped_matmul(x, matrices, tf.constant([[segment]]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="segments overlap"):
        ops.grouped_matmul(x, matrices, tf.constant([[[0, 2], [1, 1]]]))
