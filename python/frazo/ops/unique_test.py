import tensorflow as tf

from frazo import ops


def test_by_hand():
    different, places = ops.unique(tf.constant([7, 5, 7, 3, 5]))
    assert different.numpy().tolist() == [7, 5, 3]
    assert places.numpy().tolist() == [0, 1, 0, 2, 1]


def test_the_most_values_that_there_can_be():
    def shape():
        traced = tf.function(lambda x: ops.unique(x)[0]).get_concrete_function(
            tf.TensorSpec([5], tf.int32)
        )
        return traced.structured_outputs.shape.as_list()

    assert shape() == [None]
    with ops.bounded_unique():
        assert shape() == [5]
    assert shape() == [None]
