import numpy as np
import pytest
import tensorflow as tf
from frazo.train.pipelined_step import divided


def test_a_batch_is_divided_by_rows():
    batch = {"x": tf.reshape(tf.range(12), [4, 3]), "n": tf.constant([1, 2, 3, 4])}
    first, second = divided(batch, 2)
    np.testing.assert_array_equal(first["x"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(second["n"], [3, 4])


def test_rows_that_cannot_be_divided_are_refused():
    message = (
        r"micro_batches: 4 parts of equal size cannot be made of the 6 rows of a worker's batch"
    )
    with pytest.raises(ValueError, match=message):
        divided({"x": tf.zeros([6, 2])}, 4)
