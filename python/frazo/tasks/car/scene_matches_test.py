import pytest
from frazo.tasks.car.scene import SceneObject
from frazo.tasks.car.scene_matches import match_detections


def box(x, label="Car", score=None, length=4):
    """Returns a box along x, from which another at a distance d overlaps (4 - d) / (4 + d)."""
    return SceneObject([x, 0, 0, length, 2, 1.5, 0], label, score)


def test_a_detection_is_right_above_the_overlap_of_its_class():
    # Half a metre away: 3.5 / 4.5 = 0.778. One metre away: 3 / 5 = 0.6.
    truths = [box(0), box(20), box(40, "Cyclist")]
    found = [box(0.5, score=0.9), box(21, score=0.8), box(41, "Cyclist", 0.7)]
    near, far, cyclist = match_detections(truths, found)
    assert near == (pytest.approx(3.5 / 4.5), 0, "right")
    assert far == (pytest.approx(0.6), 1, "too little overlap")
    assert cyclist == (pytest.approx(0.6), 2, "right")


def test_the_surer_detection_takes_the_object():
    # The less sure one is closer, but comes later, and the first object is taken.
    found = [box(0.1, score=0.4), box(0.5, score=0.9)]
    late, sure = match_detections([box(0)], found)
    assert sure == (pytest.approx(3.5 / 4.5), 0, "right")
    assert late == (pytest.approx(3.9 / 4.1), 0, "found already")


def test_without_the_less_sure_ones_matches_are_the_same():
    truths = [box(0), box(0.6)]
    found = [box(0.2, score=0.9), box(0.4, score=0.5), box(0.3, score=0.7)]
    matches = match_detections(truths, found)
    assert [match.verdict for match in matches] == ["right", "found already", "right"]
    assert match_detections(truths, [found[0], found[2]]) == [matches[0], matches[2]]


def test_what_overlaps_another_class_or_nothing():
    other, nothing = match_detections([box(0, "Van")], [box(0, score=0.9), box(9, score=0.8)])
    assert other == (1, 0, "another class")
    assert nothing == (0, None, "nothing is there")


def test_scenes_without_objects_or_detections():
    assert match_detections([], [box(0, score=0.5)]) == [(0, None, "nothing is there")]
    assert match_detections([box(0)], []) == []
    assert match_detections([], []) == []
