import numpy as np
import tensorflow as tf
from frazo.layers.points.cells import Cells

# Three cells with 2, 0 and 1 points.
_CELLS = Cells(tf.constant([2, 0, 1]))
_ROWS = tf.constant([[1.0, -6.0], [3.0, -2.0], [-5.0, 7.0]])


def test_rows_are_the_real_points_cell_by_cell():
    padded = tf.reshape(tf.range(12), [3, 2, 2])
    np.testing.assert_array_equal(_CELLS.rows_of(padded), [[0, 1], [2, 3], [8, 9]])
    np.testing.assert_array_equal(_CELLS.cell_of_row, [0, 0, 2])


def test_maximum_and_mean_over_a_cell_are_zero_without_points():
    np.testing.assert_array_equal(_CELLS.max(_ROWS), [[3, -2], [0, 0], [-5, 7]])
    np.testing.assert_array_equal(_CELLS.mean(_ROWS), [[2, -4], [0, 0], [-5, 7]])


def test_the_gradient_of_the_maximum_reaches_the_largest_row_alone():
    rows = tf.Variable(_ROWS)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(_CELLS.max(rows) * [[2.0, 3.0], [9.0, 1.0], [5.0, 7.0]])
    np.testing.assert_array_equal(tape.gradient(total, rows), [[0, 0], [2, 3], [5, 7]])


def test_moments_count_the_vector_of_a_cell_once_for_each_point():
    of_cells = tf.constant([[1.0], [100.0], [4.0]])
    mean, variance, count = _CELLS.spread_moments(of_cells)
    # 1, 1 and 4: the mean is 2, the variance (1 + 1 + 4) / 3.
    np.testing.assert_allclose(mean, [2])
    np.testing.assert_allclose(variance, [2])
    assert float(count) == 3


def test_no_point_at_all():
    cells = Cells(tf.constant([0, 0]))
    none = tf.zeros([0, 3])
    np.testing.assert_array_equal(cells.max(none), np.zeros([2, 3]))
    np.testing.assert_array_equal(cells.mean(none), np.zeros([2, 3]))
    for value in cells.spread_moments(tf.ones([2, 3])):
        np.testing.assert_array_equal(value, np.zeros(value.shape))
