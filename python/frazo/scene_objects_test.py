"""Crops and pasted objects, by hand and against each box alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from frazo import geometry


def box_at(x, y=0.0):
    return [x, y, 0, 4, 2, 2, 0]


def test_crops_have_points_and_features():
    points = [[0, 0, 0, 5], [9, 0, 0, 6], [1, 0.5, 0, 7], [np.nan, 0, 0, 8], [2, 0, 0, np.inf]]
    first, second, third = geometry.crop_objects(points, [box_at(0), box_at(50), box_at(3)])
    np.testing.assert_array_equal(first, np.array(points, np.float32)[[0, 2, 4]])
    assert second.shape == (0, 4)
    # The faces are inside: 1 is the third box's rear.
    np.testing.assert_array_equal(third, np.array(points, np.float32)[[2, 4]])
    assert geometry.crop_objects(points, np.zeros([0, 7])) == []
    assert geometry.crop_objects(np.zeros([0, 3]), [box_at(0)])[0].shape == (0, 3)


@given(st.integers(0, 2**32 - 1), st.integers(0, 90), st.integers(1, 3))
def test_a_crop_has_as_many_points_as_are_counted(seed, boxes, threads):
    draw = np.random.default_rng(seed)
    points = draw.uniform(-9, 9, [500, 4]).astype(np.float32)
    made = np.concatenate(
        [
            draw.uniform(-9, 9, [boxes, 3]),
            draw.uniform(0, 9, [boxes, 3]),
            draw.normal(size=[boxes, 1]),
        ],
        axis=1,
    )
    crops = geometry.crop_objects(points, made, threads=threads)
    counts, _ = geometry.points_in_boxes(points[:, :3], made)
    assert [len(crop) for crop in crops] == counts.tolist()


def test_pasted_objects_meet_no_box_and_replace_what_was_there():
    scan = np.array([[20, 0, 0, 1], [0, 0, 0, 2], [41, 0, 0, 3]], np.float32)
    objects = [np.full([2, 4], number, np.float32) for number in range(4)]
    # The first meets the scan's box, the third the second; the last has space.
    places = [box_at(1), box_at(20), box_at(23), box_at(40)]
    pasted = geometry.paste_objects(scan, [box_at(0)], objects, places)
    assert pasted.chosen.tolist() == [1, 3]
    np.testing.assert_array_equal(pasted.boxes, [box_at(0), box_at(20), box_at(40)])
    np.testing.assert_array_equal(
        pasted.points, np.concatenate([scan[1:2], objects[1], objects[3]])
    )
    fewer = geometry.paste_objects(scan, [box_at(0)], objects, places, most=1)
    assert fewer.chosen.tolist() == [1]
    none = geometry.paste_objects(scan, [box_at(0)], [], np.zeros([0, 7]))
    np.testing.assert_array_equal(none.points, scan)


def test_what_is_cut_out_can_be_put_back():
    draw = np.random.default_rng(1)
    points = draw.uniform(-3, 3, [100, 5]).astype(np.float32)
    (crop,) = geometry.crop_objects(points, [box_at(0)])
    assert 0 < len(crop) < 100
    pasted = geometry.paste_objects(points, np.zeros([0, 7]), [crop], [box_at(0)])
    assert sorted(pasted.points.tolist()) == sorted(points.tolist())


def test_mistakes_name_the_argument():
    scan = np.zeros([1, 4], np.float32)
    with pytest.raises(ValueError, match="object_boxes: 1 boxes for 2 objects"):
        geometry.paste_objects(scan, np.zeros([0, 7]), [scan, scan], [box_at(0)])
    with pytest.raises(ValueError, match=r"objects\[0\]: shape \(1, 3\); expected \[rows, 4\]"):
        geometry.paste_objects(scan, np.zeros([0, 7]), [scan[:, :3]], [box_at(0)])
    with pytest.raises(ValueError, match=r"points: shape \(1, 2\); expected x, y, z"):
        geometry.crop_objects(scan[:, :2], [box_at(0)])
    with pytest.raises(ValueError, match=r"boxes: shape \(1, 6\); expected \[rows, 7\]"):
        geometry.crop_objects(scan, [box_at(0)[:6]])
