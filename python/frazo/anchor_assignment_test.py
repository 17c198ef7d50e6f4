"""Anchors and boxes whose IoU is known by hand."""

import numpy as np
import pytest

from frazo import geometry

SQUARE = geometry.Anchors([0], [0], [0], [0], [(2, 2, 2)])


def assign(centers, boxes, classes, anchors=SQUARE, foreground_iou=0.5, background_iou=0.2):
    return geometry.assign_anchors(
        centers,
        anchors,
        boxes,
        classes,
        foreground_iou=foreground_iou,
        background_iou=background_iou,
    )


def test_foreground_ignored_and_background():
    # A box of 2 x 2, 0.5, 1 and 1.5 metres away: the IoU is 3/5, 1/3 and 1/7.
    centers = [[0.5, 0, 0], [1, 0, 0], [1.5, 0, 0], [0, 0, 0], [9, 0, 0]]
    found = assign(centers, [[0, 0, 0, 2, 2, 2, 0]], [3])
    assert found.labels.tolist() == [[3], [-1], [0], [3], [0]]
    np.testing.assert_allclose(found.ious[:, 0], [3 / 5, 1 / 3, 1 / 7, 1, 0])
    # The diagonal is sqrt(8).
    np.testing.assert_allclose(found.residuals[0, 0], [-0.5 / 8**0.5, 0, 0, 0, 0, 0, 0], rtol=1e-6)
    assert not found.residuals[1:].any()


def test_anchors_come_in_the_order_of_the_message():
    anchors = geometry.Anchors([-5, 5], [0], [0], [0, 1], [(4, 2, 1), (2, 2, 1)])
    found = assign([[0, 0, 0]], [[5, 0, 0, 2, 2, 1, 1]], [1], anchors, foreground_iou=1)
    assert found.labels.shape == (1, 8)
    # The second offset, the second rotation, the second size.
    assert found.ious[0].argmax() == 7
    assert found.labels[0, 7] == 1


def test_boxes_of_no_class_take_no_part():
    found = assign([[0, 0, 0]], [[0, 0, 0, 2, 2, 2, 0]], [0])
    assert (found.labels.tolist(), found.ious.tolist()) == ([[0]], [[0]])
    empty = assign(np.zeros([0, 3]), np.zeros([0, 7]), [])
    assert (empty.labels.shape, empty.residuals.shape) == ((0, 1), (0, 1, 7))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"boxes": [[0, 0, 0, 2, 2, 0, 0]]}, "box 0 takes no space"),
        ({"classes": [1, 2]}, "there are 2 classes for 1 boxes"),
        ({"classes": [-1]}, "box 0 has the class -1; expected 0"),
        ({"anchors": SQUARE._replace(sizes=[])}, "anchors.sizes"),
        ({"foreground_iou": 0}, r"expected numbers in \(0, 1\]"),
        ({"centers": [[0, 0]]}, r"centers: shape \(1, 2\)"),
    ],
)
def test_mistakes_are_named(changed, error):
    good = {"centers": [[0, 0, 0]], "boxes": [[0, 0, 0, 2, 2, 2, 0]], "classes": [1]}
    with pytest.raises(ValueError, match=error):
        assign(**{**good, **changed})
