import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

X = tf.random.stateless_normal([5, 70], [1, 1])
MATRIX = tf.random.stateless_normal([70, 45], [1, 2])


@pytest.mark.parametrize("transposed", [False, True])
def test_is_the_product_up_to_the_rounding(transposed):
    matrix = tf.transpose(MATRIX) if transposed else MATRIX
    bias = tf.random.stateless_normal([45], [1, 3])
    y = ops.int8_matmul(X, ops.quantize_matrix(matrix, transposed=transposed), bias=bias)
    expected = X @ MATRIX + bias
    # An error of each of 140 factors, uniform up to 1 / 254 of the largest, which is about 2.5.
    assert np.abs(y - expected).max() < 0.35
    assert np.linalg.norm(y - expected) < 0.012 * np.linalg.norm(expected)


def test_whole_numbers_are_multiplied_exactly():
    x = tf.round(tf.random.stateless_uniform([5, 70], [1, 4], -127, 127))
    matrix = tf.round(tf.random.stateless_uniform([70, 45], [1, 5], -127, 127))
    # The largest of each row and column make its scale 1.
    x = tf.concat([x, tf.fill([5, 1], 127.0), tf.zeros([5, 1])], 1)
    matrix = tf.concat([matrix, tf.zeros([1, 45]), tf.fill([1, 45], -127.0)], 0)
    y = ops.int8_matmul(x, ops.quantize_matrix(matrix))
    np.testing.assert_array_equal(y, x @ matrix)


def test_scales_and_sums_are_those_of_columns():
    matrix = ops.quantize_matrix(tf.constant([[254.0, 0], [-127, 0]]))
    np.testing.assert_array_equal(matrix.scales, [2, 0])
    np.testing.assert_array_equal(matrix.sums, [127 - 64, 0])
    assert matrix.panels.shape == [1, 128] and matrix.panels.dtype == tf.int8


def test_a_row_that_is_not_finite_gives_nan():
    x = tf.tensor_scatter_nd_update(X, [[1, 3]], [float("inf")])
    y = ops.int8_matmul(x, ops.quantize_matrix(MATRIX)).numpy()
    assert np.isnan(y[1]).all() and np.isfinite(np.delete(y, 1, 0)).all()


def test_sizes_are_known_before_it_runs():
    @tf.function(input_signature=[tf.TensorSpec([None, 70])])
    def multiply(x):
        matrix = ops.quantize_matrix(MATRIX)
        assert matrix.panels.shape == [2, 18 * 128]
        y = ops.int8_matmul(x, matrix)
        assert y.shape.as_list() == [None, 45]
        return y

    assert multiply(tf.zeros([0, 70])).shape == [0, 45]


def test_shapes_that_do_not_fit_are_refused():
    matrix = ops.quantize_matrix(MATRIX)
    with pytest.raises(tf.errors.InvalidArgumentError, match="what QuantizeMatrix makes of"):
        ops.int8_matmul(X[:, :64], matrix)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"sums \[44\]"):
        ops.int8_matmul(X, matrix._replace(sums=matrix.sums[:44]))
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"bias has shape \[44\]; expected \[45"
    ):
        ops.int8_matmul(X, matrix, bias=tf.zeros([44]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="QuantizeMatrix: matrix has shape"):
        ops.quantize_matrix(tf.zeros([3]))


def test_a_depth_whose_sums_might_overflow_is_refused():
    matrix = ops.quantize_matrix(tf.zeros([65_001, 1]))
    with pytest.raises(tf.errors.InvalidArgumentError, match="depth of 65001 is above 65000"):
        ops.int8_matmul(tf.zeros([1, 65_001]), matrix)
