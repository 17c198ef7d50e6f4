import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st

from frazo import ops

_SIZES = st.integers(1, 70)


def random(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def test_panels_hold_32_columns_and_zeros_behind_them():
    panels = ops.pack_matrix(tf.constant([[1.0, 2], [3, 4]])).numpy()
    assert panels.shape == (1, 2, 32)
    np.testing.assert_array_equal(panels[0, :, :2], [[1, 2], [3, 4]])
    assert not panels[0, :, 2:].any()
    transposed = ops.pack_matrix(tf.constant([[1.0, 3], [2, 4]]), transposed=True)
    np.testing.assert_array_equal(transposed, panels)


def test_product_by_hand():
    panels = ops.pack_matrix(tf.constant([[5.0, 6], [7, 8]]))
    x, bias = tf.constant([[1.0, 2], [3, 4]]), tf.constant([100.0, 200])
    # 1 * 5 + 2 * 7, 1 * 6 + 2 * 8, 3 * 5 + 4 * 7, 3 * 6 + 4 * 8.
    np.testing.assert_array_equal(ops.packed_matmul(x, panels, units=2), [[19, 22], [43, 50]])
    with_bias = ops.packed_matmul(x, panels, units=2, bias=bias)
    np.testing.assert_array_equal(with_bias, [[119, 222], [143, 250]])


@given(rows=st.integers(0, 70), depth=_SIZES, units=_SIZES, transposed=st.booleans())
def test_equals_matmul(rows, depth, units, transposed):
    x, matrix, bias = random(rows, depth), random(depth, units), random(units)
    panels = ops.pack_matrix(matrix.T if transposed else matrix, transposed=transposed)
    y = ops.packed_matmul(x, panels, units=units, bias=bias)
    np.testing.assert_allclose(y, x @ matrix + bias, atol=1e-4)


def test_is_divided_among_threads():
    x, matrix = random(32, 512), random(512, 4000)
    y = ops.packed_matmul(x, ops.pack_matrix(matrix), units=4000)
    np.testing.assert_allclose(y, x @ matrix, atol=1e-3)


def test_shapes_are_known_in_the_graph():
    @tf.function(input_signature=[tf.TensorSpec([None, 8]), tf.TensorSpec([8, 40])])
    def product(x, matrix):
        panels = ops.pack_matrix(matrix)
        assert panels.shape == [2, 8, 32]
        y = ops.packed_matmul(x, panels, units=40)
        assert y.shape.as_list() == [None, 40]
        return y

    assert product(tf.ones([3, 8]), tf.ones([8, 40])).shape == (3, 40)


@pytest.mark.parametrize(
    ("x", "panels", "units", "bias", "error"),
    [
        ([2, 5], [1, 4, 32], 7, [0], r"x has shape \[2,5\] and panels \[1,4,32\]; expected"),
        ([2, 4], [1, 4, 32], 33, [0], r"expected .* and \[2, depth, 32\], which PackMatrix makes"),
        ([2, 4], [1, 4, 16], 7, [0], r"panels \[1,4,16\]"),
        ([2, 4], [1, 4, 32], 7, [8], r"bias has shape \[8\]; expected \[7\] or \[0\]"),
    ],
)
def test_what_does_not_fit_is_named(x, panels, units, bias, error):
    with pytest.raises(tf.errors.InvalidArgumentError, match=error):
        ops.packed_matmul(tf.ones(x), tf.ones(panels), units=units, bias=tf.ones(bias))


def test_a_matrix_of_another_rank_is_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match="expected 2 dimensions"):
        ops.pack_matrix(tf.ones([2, 3, 4]))
