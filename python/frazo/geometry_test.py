"""Geometry by hand and against plain NumPy."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import _core, geometry
from frazo.geometry import ClassNms
from frazo.neighbor_choice import NeighborChoice


def random_boxes(draw, count, spread=3.0):
    return np.concatenate(
        [
            draw.uniform(-spread, spread, [count, 3]),
            draw.uniform(0.1, 5, [count, 3]),
            draw.uniform(-7, 7, [count, 1]),
        ],
        1,
    )


NUMBERS = st.floats(-100, 100) | st.just(math.nan) | st.just(math.inf)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[NUMBERS] * 7), max_size=6), st.sampled_from(["3d", "birds_eye"]))
def test_iou_of_any_boxes_is_a_share_and_symmetric(boxes, view):
    boxes = np.reshape(np.array(boxes, np.float64), [-1, 7])
    iou = geometry.pairwise_iou(boxes, boxes, view=view)
    assert ((iou >= 0) & (iou <= 1)).all()
    np.testing.assert_allclose(iou, iou.T, atol=1e-9)
    proper = np.isfinite(boxes).all(1) & (boxes[:, 3:6] >= 1e-9).all(1)
    np.testing.assert_allclose(np.diag(iou), proper, atol=1e-9)


def test_nms_by_hand():
    boxes = [[0, 0, 0, 2, 2, 2, 0], [1, 0, 0, 2, 2, 2, 0], [9, 0, 0, 2, 2, 2, 0]]
    scores = [[0.5, 0.9], [0.9, 0.9], [0.1, math.nan]]
    kept = geometry.oriented_nms(boxes, scores, [ClassNms(0.3, 0, 3), ClassNms(0.5, 0, 2)])
    assert [indices.tolist() for indices in kept] == [[1, 2], [0, 1]]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 80), st.floats(0, 1), st.floats(0, 1))
def test_kept_boxes_do_not_overlap_and_the_others_do(seed, count, threshold, least):
    draw = np.random.default_rng(seed)
    boxes, scores = random_boxes(draw, count), draw.uniform(0, 1, [count, 1]).astype(np.float32)
    (kept,) = geometry.oriented_nms(boxes, scores, [ClassNms(threshold, least, count)])
    iou = geometry.pairwise_iou(boxes, boxes)
    assert (np.diff(scores[kept, 0]) <= 0).all()
    assert (iou[np.ix_(kept, kept)] - np.eye(len(kept)) <= threshold).all()
    for i in set(range(count)) - set(kept.tolist()):
        better = kept[scores[kept, 0] >= scores[i, 0]]
        assert scores[i, 0] < least or (iou[i, better] > threshold).any()


def test_farthest_points_by_hand():
    line = np.stack([np.arange(6), np.zeros(6), np.zeros(6)], 1)
    assert geometry.farthest_points(line, 4, starts=[0, 1]).tolist() == [0, 1, 5, 3]
    chosen = geometry.farthest_points(line, 9, starts=[0], is_candidate=[0, 1, 1, 0, 0, 0])
    assert chosen.tolist() == [0, 2, 1]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.integers(1, 60))
def test_each_farthest_point_is_the_farthest(seed, count, chosen_count):
    # Whole numbers, so that many distances are equal.
    points = np.random.default_rng(seed).integers(0, 30, [count, 3]).astype(np.float32)
    chosen = geometry.farthest_points(points, chosen_count, seed=seed)
    assert len(chosen) == min(count, chosen_count)
    nearest = np.full(count, np.inf)
    for i, index in enumerate(chosen):
        if i:
            assert index == nearest.argmax()
        nearest = np.minimum(nearest, ((points[:, :2] - points[index, :2]) ** 2).sum(1))
        nearest[chosen[: i + 1]] = -1


def test_uniform_points_are_drawn_without_putting_back():
    points = np.zeros([40, 3])
    points[7] = math.nan
    assert sorted(geometry.uniform_points(points, 50, seed=1)) == [i for i in range(40) if i != 7]
    few = geometry.uniform_points(points, 5, seed=1, is_candidate=np.arange(40) >= 30)
    assert len(set(few)) == 5 and min(few) >= 30


def test_gathered_neighbors_are_those_found():
    draw = np.random.default_rng(1)
    points = draw.uniform(-4, 4, [500, 5]).astype(np.float32)
    centers = draw.uniform(-4, 4, [30, 3]).astype(np.float32)
    choice = NeighborChoice(2, 6, "closest")
    found = geometry.find_neighbors(points[:, :3], centers, choice)
    neighbors, counts = geometry.gather_neighbors(points, centers, choice)
    rows = points[found] - np.pad(centers, [(0, 0), (0, 2)])[:, None]
    np.testing.assert_array_equal(neighbors, np.where(found[..., None] < 0, 0, rows))
    np.testing.assert_array_equal(counts, (found >= 0).sum(1))


def test_points_in_the_cells_of_a_grid():
    points = [[0, 0, 0, 9], [1, -1, 0, 8], [2, 0, 0, 7], [1, 0, math.nan, 6], [1, 0, 0.5, 5]]
    grid, counts = geometry.points_to_grid(
        points, limits=[(0, 2), (-1, 1), (0, 1)], cells=[2, 1, 1], points_per_cell=2, seed=1
    )
    assert counts.tolist() == [[[1]], [[2]]]
    assert grid.shape == (2, 1, 1, 2, 4)
    assert grid.reshape(2, 2, 4).tolist() == [
        [[0, 0, 0, 9], [0] * 4],
        [[1, -1, 0, 8], [1, 0, 0.5, 5]],
    ]


def test_what_is_wrong_is_named():
    points = np.zeros([2, 3])
    with pytest.raises(ValueError, match=r"boxes_b: shape \(1, 6\); expected \[rows, 7\]"):
        geometry.pairwise_iou(np.zeros([1, 7]), np.zeros([1, 6]))
    with pytest.raises(ValueError, match=r"view is 'above' but must be 'birds_eye' or '3d'"):
        geometry.pairwise_iou(np.zeros([1, 7]), np.zeros([1, 7]), view="above")  # type: ignore[arg-type]
    with pytest.raises(_core.InvalidArgumentError, match=r"threads is 0 but must be at least 1"):
        geometry.pairwise_iou(np.zeros([1, 7]), np.zeros([1, 7]), threads=0)
    with pytest.raises(_core.InvalidArgumentError, match=r"scores of 1 classes and settings of 2"):
        geometry.oriented_nms(np.zeros([1, 7]), np.zeros([1, 1]), [ClassNms(0, 0, 1)] * 2)
    with pytest.raises(_core.InvalidArgumentError, match=r"start 5 is no index of 2 points"):
        geometry.farthest_points(points, 1, starts=[5])
    with pytest.raises(_core.InvalidArgumentError, match=r"count is -1 but must be at least 0"):
        geometry.gather_neighbors(points, points, NeighborChoice(1, -1))
    with pytest.raises(_core.InvalidArgumentError, match=r"radius is nan but must be from 1e-6"):
        geometry.find_neighbors(points, points, NeighborChoice(math.nan, 1))
    with pytest.raises(_core.InvalidArgumentError, match=r"points have 2 numbers each"):
        geometry.gather_neighbors(np.zeros([1, 2]), points, NeighborChoice(1, 1))
    with pytest.raises(_core.InvalidArgumentError, match=r"limits of x are 1 and 1"):
        geometry.points_to_grid(
            points, limits=[(1, 1), (0, 1), (0, 1)], cells=[1, 1, 1], points_per_cell=1, seed=0
        )


def test_needs_no_tensorflow():
    program = "import sys; import frazo.geometry; assert 'tensorflow' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], check=True)
