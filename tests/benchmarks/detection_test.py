import frazo_geometry
import numpy as np
import scipy_neighbors
import shapely_geometry
import tf_geometry
from detection_workload import RADIUS, make_boxes, make_points, make_scores
from frazo import geometry
from frazo.neighbor_choice import NeighborChoice

from tests.benchmarks.detection import CASES, make_contenders


def crowd(count, seed):
    """Boxes that overlap more than those of the workload."""
    return make_boxes(count, seed) * np.array([0.1, 0.1, 1, 1, 1, 1, 1], np.float32)


def test_contenders_compute_the_same_overlaps():
    a, b = crowd(60, 1), crowd(40, 2)
    ours = geometry.pairwise_iou(a, b)
    assert (ours > 0.1).sum() > 100
    np.testing.assert_allclose(shapely_geometry.pairwise_iou(a, b), ours, atol=1e-9)
    np.testing.assert_allclose(tf_geometry.pairwise_iou(a, b), ours, atol=2e-3)


def test_contenders_keep_the_same_boxes():
    boxes, scores = crowd(50, 3), make_scores(50)
    ours = frazo_geometry.keep(boxes, scores).tolist()
    assert 5 < len(ours) < 40
    assert shapely_geometry.keep(boxes, scores).tolist() == ours
    assert tf_geometry.keep(boxes, scores).numpy().tolist() == ours


def test_contenders_choose_the_same_points_and_neighbors():
    points = make_points(1000)
    ours = geometry.farthest_points(points, 50, starts=[0])
    np.testing.assert_array_equal(scipy_neighbors.farthest_points(points, 50), ours)
    np.testing.assert_array_equal(tf_geometry.farthest_points(points, 50), ours)
    found = geometry.find_neighbors(points, points[ours], NeighborChoice(RADIUS, 12, "closest"))
    assert 60 < (found >= 0).sum() < found.size
    theirs = scipy_neighbors.find_neighbors(points, points[ours], 12)
    np.testing.assert_array_equal(theirs, found)
    np.testing.assert_array_equal(tf_geometry.find_neighbors(points, points[ours], 12), found)


def test_contenders_are_measured():
    ours, peers = make_contenders(None)
    assert ours.name == "Frazo"
    assert [peer.name for peer in peers] == ["TensorFlow", "shapely", "scipy"]
    assert set(CASES) == {"iou", "nms", "farthest", "neighbors"}
