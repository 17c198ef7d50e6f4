import tensorflow as tf

from frazo import ops


def test_by_hand():
    mask = tf.constant([[True, True, True, False]])
    segments = tf.constant([[1, 1, 2, 0]])
    keys = ops.VisibleKeys(mask, segments, segments, before=1, after=0)
    assert keys.visible(ops.index_distance(4, 4)).numpy().astype(int).tolist() == [
        [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    ]
    assert ops.VisibleKeys(mask).visible(ops.index_distance(4, 4)).shape == [1, 1, 4]


def test_segments_count_in_a_graph_that_is_only_planned():
    with tf.Graph().as_default():
        segments = tf.zeros([3, 5], tf.int32)
        keys = ops.VisibleKeys(tf.ones([3, 5], tf.bool), segments, segments)
        assert keys.visible(ops.index_distance(5, 5)).shape == [3, 5, 5]
