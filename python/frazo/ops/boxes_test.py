"""Boxes in graphs: shapes, what is kept, and what is refused."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import ops


def suppressed_by_rule(boxes, scores, iou_threshold, score_threshold, max_kept):
    """What non-max suppression keeps of one class, box by box."""
    iou = ops.pairwise_iou(boxes, boxes).numpy()
    kept = []
    for index in np.argsort(-scores, kind="stable"):
        if scores[index] < score_threshold or len(kept) == max_kept:
            continue
        if all(iou[index, other] <= iou_threshold for other in kept):
            kept.append(int(index))
    return kept


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(0, 25), most=st.integers(0, 6))
def test_kept_boxes_are_those_of_the_rule(seed, count, most):
    generator = np.random.default_rng(seed)
    boxes = generator.uniform([-3, -3, -1, 1, 1, 1, -4], [3, 3, 1, 4, 4, 4, 4], [2, count, 7])
    scores = generator.integers(0, 8, [2, count, 2]) / 8
    boxes, scores = boxes.astype(np.float32), scores.astype(np.float32)
    kept = ops.oriented_nms(
        boxes, scores, iou_thresholds=[0.1, 0.3], score_thresholds=[0.5, 0.25], max_kept=[most, 3]
    )
    for scene in range(2):
        for k, (iou, score, places) in enumerate([(0.1, 0.5, most), (0.3, 0.25, 3)]):
            expected = suppressed_by_rule(boxes[scene], scores[scene, :, k], iou, score, places)
            found = int(kept.counts[scene, k])
            assert kept.indices[scene, k].numpy().tolist()[:found] == expected
            np.testing.assert_array_equal(kept.boxes[scene, k, :found], boxes[scene][expected])
            np.testing.assert_array_equal(kept.scores[scene, k, :found], scores[scene, expected, k])
            assert (kept.indices[scene, k, found:] == -1).numpy().all()


def test_shapes_are_known_in_a_graph():
    @tf.function(
        input_signature=[
            tf.TensorSpec([None, 5, 7], tf.float32),
            tf.TensorSpec([None, None, 2], tf.float32),
        ]
    )
    def keep(boxes, scores):
        kept = ops.oriented_nms(
            boxes, scores, iou_thresholds=[0.5, 0.5], score_thresholds=[0, 0], max_kept=[4, 9]
        )
        assert kept.boxes.shape.as_list() == [None, 2, 9, 7]
        assert kept.counts.shape.as_list() == [None, 2]
        return kept

    assert keep(tf.zeros([3, 5, 7]), tf.zeros([3, 5, 2])).counts.shape == (3, 2)


def test_areas_are_compared_from_above():
    low, high = [[0, 0, 0, 1, 1, 1, 0]], [[0, 0, 9, 1, 1, 1, 0]]
    assert ops.pairwise_iou(low, high).numpy().item() == 0
    assert ops.pairwise_iou(low, high, view="BIRDS_EYE").numpy().item() == 1


def test_a_number_that_is_no_number_is_no_box():
    nan = float("nan")
    boxes = [[nan, 0, 0, 1, 1, 1, 0], [0, 0, 0, 1, 1, 1, 0]]
    np.testing.assert_array_equal(ops.pairwise_iou(boxes, boxes), [[0, 0], [0, 1]])


def test_thresholds_are_checked():
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"iou_threshold of class 0 is 1\.5"):
        ops.oriented_nms(
            tf.zeros([1, 1, 7]),
            tf.zeros([1, 1, 1]),
            iou_thresholds=[1.5],
            score_thresholds=[0],
            max_kept=[1],
        )
