import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.attention.sums_of_rows import sums_of_rows

_FORMS = pytest.mark.parametrize("form", [ops.Implementation.KERNEL, ops.Implementation.GRAPH])


@_FORMS
def test_rows_add_up_the_values_of_their_sentence(form):
    # Two sentences with two heads, two sources and one value.
    values = tf.constant([[[[1.0], [2.0]], [[3.0], [4.0]]], [[[5.0], [6.0]], [[7.0], [8.0]]]])
    shares = tf.constant([[[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.0, 2.0]], [[1, 1], [0, 0]]])
    with ops.implementation(form):
        sums = sums_of_rows(shares, values, tf.constant([0, 1, 1]))
    # 1 and (3 + 4) / 2; 6 and 2 * 8; 5 + 6 and 0.
    np.testing.assert_allclose(sums, [[[1], [3.5]], [[6], [16]], [[11], [0]]])


@_FORMS
@pytest.mark.parametrize("batch", [0, 2])
def test_there_may_be_no_rows(form, batch):
    with ops.implementation(form):
        sums = sums_of_rows(tf.zeros([0, 1, 3]), tf.ones([batch, 1, 3, 4]), tf.zeros([0], tf.int32))
    assert sums.shape == [0, 1, 4]
