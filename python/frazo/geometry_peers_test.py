"""Geometry against shapely's polygons and scipy's tree of points."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree

from frazo import geometry
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


def footprints(boxes):
    """The rectangles of boxes as seen from above."""
    x, y, _, length, width, _, heading = boxes.T
    cosine, sine = np.cos(heading), np.sin(heading)
    along = np.stack([cosine, sine], -1) * length[:, None] / 2
    across = np.stack([-sine, cosine], -1) * width[:, None] / 2
    center = np.stack([x, y], -1)
    corners = [center + along + across, center - along + across, center - along - across,
               center + along - across]  # fmt: skip
    return shapely.polygons(np.stack(corners, 1))


def shapely_iou(a, b, view):
    """The IoU of each box with that of the same row."""
    common = shapely.area(shapely.intersection(footprints(a), footprints(b)))
    sizes = a[:, 3] * a[:, 4], b[:, 3] * b[:, 4]
    if view == "3d":
        top = np.minimum(a[:, 2] + a[:, 5] / 2, b[:, 2] + b[:, 5] / 2)
        common *= np.maximum(top - np.maximum(a[:, 2] - a[:, 5] / 2, b[:, 2] - b[:, 5] / 2), 0)
        sizes = sizes[0] * a[:, 5], sizes[1] * b[:, 5]
    return common / (sizes[0] + sizes[1] - common)


@pytest.mark.parametrize("view", ["3d", "birds_eye"])
def test_iou_of_100_000_pairs_is_that_of_shapely(view):
    draw = np.random.default_rng(1)
    overlapping = 0
    # 250 blocks of 20 by 20 boxes.
    for _ in range(250):
        a, b = random_boxes(draw, 20), random_boxes(draw, 20)
        iou = geometry.pairwise_iou(a, b, view=view, threads=1)
        twin = shapely_iou(np.repeat(a, 20, 0), np.tile(b, [20, 1]), view)
        np.testing.assert_allclose(iou.ravel(), twin, rtol=0, atol=1e-9)
        overlapping += (iou > 0).sum()
    assert overlapping > 20_000


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(1, 12), st.floats(1e-3, 10))
def test_neighbors_are_those_of_a_tree(seed, count, most, radius):
    draw = np.random.default_rng(seed)
    points = draw.uniform(-4, 4, [count, 3]).astype(np.float32)
    centers = draw.uniform(-5, 5, [20, 3]).astype(np.float32)
    found = geometry.find_neighbors(points, centers, NeighborChoice(radius, most, "closest"))
    drawn = geometry.find_neighbors(points, centers, NeighborChoice(radius, most), seed=seed)
    within = cKDTree(points).query_ball_point(centers, radius) if count else [[]] * 20
    for i, indices in enumerate(within):
        real = min(most, len(indices))
        distances = np.linalg.norm(points[indices].astype(np.float64) - centers[i], axis=1)
        closest = np.array(indices, np.int64)[np.argsort(distances, kind="stable")[:real]]
        assert found[i].tolist() == closest.tolist() + [-1] * (most - real)
        assert set(drawn[i, :real]) <= set(indices)
        assert len(set(drawn[i, :real])) == real and (np.diff(drawn[i, :real]) > 0).all()
        assert (drawn[i, real:] == -1).all()


def test_points_in_boxes_are_those_of_shapely():
    draw = np.random.default_rng(2)
    boxes = random_boxes(draw, 20)
    points = draw.uniform(-6, 6, [3000, 3]).astype(np.float32)
    counts, first_boxes = geometry.points_in_boxes(points, boxes)
    places = shapely.points(points[:, 0].astype(np.float64), points[:, 1].astype(np.float64))
    inside = shapely.contains(footprints(boxes)[None], places[:, None])
    inside &= np.abs(points[:, None, 2] - boxes[:, 2]) <= boxes[:, 5] / 2
    np.testing.assert_array_equal(counts, inside.sum(0))
    np.testing.assert_array_equal(first_boxes, np.where(inside.any(1), inside.argmax(1), -1))
