import numpy as np
import tensorflow as tf
from frazo.layers.repeated_rows import RepeatedRows


def test_rows_with_the_same_parent_repeat_the_first_of_them():
    rows = RepeatedRows.of_parents(tf.constant([5, 2, 5, 0, 2, 5]))
    np.testing.assert_array_equal(rows.first, [0, 1, 3])
    np.testing.assert_array_equal(rows.same_as, [0, 1, 0, 2, 1, 0])


def test_each_different_row_is_mapped_once():
    seen = []

    def double(x):
        seen.extend(x.numpy().tolist())
        return 2 * x

    rows = RepeatedRows.of_parents(tf.constant([1, 1, 0]))
    np.testing.assert_array_equal(rows.map_once(double, tf.constant([7, 7, 9])), [14, 14, 18])
    assert seen == [7, 9]


def test_there_may_be_no_rows():
    rows = RepeatedRows.of_parents(tf.zeros([0], tf.int32))
    assert rows.map_once(lambda x: x, tf.zeros([0, 4])).shape == [0, 4]
