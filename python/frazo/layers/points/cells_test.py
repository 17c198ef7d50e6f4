import numpy as np
import tensorflow as tf
from frazo.layers.points.cells import Cells

# Three cells with 2, 0 and 1 points.
_CELLS = Cells(tf.constant([2, 0, 1]))


def test_rows_are_the_real_points_cell_by_cell():
    padded = tf.reshape(tf.range(12), [3, 2, 2])
    np.testing.assert_array_equal(_CELLS.rows_of(padded), [[0, 1], [2, 3], [8, 9]])


def test_a_vector_stands_for_each_cell():
    np.testing.assert_array_equal(_CELLS.repeat(tf.constant([4, 5])), [[4, 5]] * 3)


def test_moments_count_the_vector_of_a_cell_once_for_each_point():
    of_cells = tf.constant([[1.0], [100.0], [4.0]])
    mean, variance, count = _CELLS.spread_moments(of_cells)
    # 1, 1 and 4: the mean is 2, the variance (1 + 1 + 4) / 3.
    np.testing.assert_allclose(mean, [2])
    np.testing.assert_allclose(variance, [2])
    assert float(count) == 3


def test_no_point_at_all():
    cells = Cells(tf.constant([0, 0]))
    for value in cells.spread_moments(tf.ones([2, 3])):
        np.testing.assert_array_equal(value, np.zeros(value.shape))
