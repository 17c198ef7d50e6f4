"""Curves of scenes that are small enough to count by hand."""

import json

import numpy as np
import pytest
from frazo.detection_scores import (
    KITTI_LABELS,
    WAYMO_LABELS,
    Calibration,
    KittiAveragePrecision,
    KittiDetections,
    KittiTruths,
    WaymoAveragePrecision,
    WaymoDetections,
    WaymoTruths,
)
from frazo.tasks.car.detection_curves import kitti_curves, waymo_curves

CAR = KITTI_LABELS.index("Car")


def boxes(xs):
    return np.array([[x, 0, 0, 4, 2, 1.5, 0] for x in xs], np.float64).reshape(-1, 7)


def edges(count):
    """Returns rectangles in the image, apart from each other and 50 pixels high: easy ones."""
    return np.array([[60 * i, 0, 60 * i + 50, 50] for i in range(count)], np.float64).reshape(-1, 4)


def kitti(truth_xs, found_xs, scores):
    """Returns the curves of cars at these places, of which each second is partly hidden."""
    precision = KittiAveragePrecision()
    count, found = len(truth_xs), len(found_xs)
    truths = KittiTruths(
        boxes(truth_xs),
        edges(count),
        np.full(count, CAR),
        np.zeros(count),
        np.arange(count) % 2,
        np.zeros(count),
    )
    detections = KittiDetections(
        boxes(found_xs), edges(found), np.full(found, CAR), np.array(scores), np.zeros(found)
    )
    precision.add_scene("a", truths, detections)
    curves = kitti_curves(precision.result(threads=1), ["Car", "Tram"])
    # It is JSON: no NaN.
    json.dumps(curves, allow_nan=False)
    return curves


def curve_of(curves, difficulty, view="3d"):
    (found,) = [
        each
        for each in curves["precision_recall"]
        if (each["difficulty"], each["view"]) == (difficulty, view)
    ]
    return found


def test_kittis_curve_of_four_cars():
    # The first and the third car are easy. Falling scores: a hit of the first car, a hit of the
    # second, a false positive, a hit of the third; nobody finds the fourth.
    curves = kitti([0, 10, 20, 30], [0, 10, 99, 20], [0.9, 0.8, 0.6, 0.5])
    assert curves["rules"] == "KITTI"
    assert {each["class"] for each in curves["precision_recall"]} == {"Car"}
    moderate = curve_of(curves, "moderate")
    assert moderate["truths"] == 4
    # The least scores 0.9, 0.8 and 0.5 find 1, 2 and 3 of 4, with 0, 0 and 1 false positives.
    assert moderate["thresholds"] == [0.9, 0.8, 0.5]
    assert moderate["recalls"] == [0.25, 0.5, 0.75]
    assert moderate["precisions"] == [1, 1, 0.75]
    # KITTI's points are the first three of 41, and the first is not among the 40.
    assert moderate["average_precision"] == pytest.approx(100 * (1 + 0.75) / 40)
    easy = curve_of(curves, "easy")
    # Both of the two easy cars are found; what finds the partly hidden one counts for nothing.
    assert (easy["truths"], easy["recalls"]) == (2, [0.5, 1])
    assert easy["precisions"] == [1, pytest.approx(2 / 3, abs=1e-6)]


def test_kittis_calibration():
    curves = kitti([0, 10, 20, 30], [0, 10, 99, 20], [0.9, 0.8, 0.82, 0.5])
    (calibration,) = curves["calibration"]
    assert (calibration["class"], calibration["difficulty"]) == ("Car", "hard")
    # 0.5 is in bin 7 of 15 (7.5), 0.8 and 0.82 are in bin 12 (12, 12.3), 0.9 is in bin 13 (13.5).
    detections = [0] * 15
    detections[7], detections[12], detections[13] = 1, 2, 1
    assert calibration["detections"] == detections
    detections[12] = 1
    assert calibration["hits"] == detections
    means = calibration["mean_scores"]
    assert (means[7], means[12], means[13]) == (0.5, 0.81, 0.9)
    assert means[0] is None
    # (|0.5 - 1| + 2 |0.81 - 1/2| + |0.9 - 1|) / 4
    assert calibration["expected_error"] == pytest.approx((0.5 + 0.62 + 0.1) / 4)


def test_without_detections_curves_are_empty():
    curves = kitti([0, 10], [], [])
    hard = curve_of(curves, "hard")
    assert (hard["truths"], hard["average_precision"]) == (2, 0)
    assert hard["recalls"] == hard["precisions"] == hard["thresholds"] == []
    (calibration,) = curves["calibration"]
    assert (sum(calibration["detections"]), calibration["expected_error"]) == (0, None)


def test_without_objects_there_is_no_precision():
    curves = kitti([], [0, 10], [0.9, 0.8])
    hard = curve_of(curves, "hard")
    assert (hard["truths"], hard["average_precision"], hard["recalls"]) == (0, None, [])
    assert sum(curves["calibration"][0]["detections"]) == 2


def waymo(truth_xs, found_xs, scores):
    precision = WaymoAveragePrecision()
    label = WAYMO_LABELS.index("Vehicle")
    count, found = len(truth_xs), len(found_xs)
    levels = 1 + np.arange(count) % 2
    precision.add_scene(
        "a",
        WaymoTruths(boxes(truth_xs), np.full(count, label), levels),
        WaymoDetections(boxes(found_xs), np.full(found, label), np.array(scores)),
    )
    calibration = Calibration.of(np.array(scores), np.ones(found))
    curves = waymo_curves(precision.result(), {"Vehicle": calibration})
    json.dumps(curves, allow_nan=False)
    return curves


def test_waymos_curve_of_four_vehicles():
    # A false positive between hits, and one object that nobody finds.
    curves = waymo([0, 10, 20, 30], [0, 99, 10, 20], [0.9, 0.8, 0.7, 0.2])
    assert curves["rules"] == "Waymo"
    (calibration,) = curves["calibration"]
    assert (calibration["class"], calibration["difficulty"]) == ("Vehicle", "level 2")
    # (0.1 + 0.2 + 0.3 + 0.8) / 4
    assert calibration["expected_error"] == pytest.approx(0.35)
    curve = curve_of(curves, "level 2")
    assert curve["truths"] == 4
    # The scores 0.91 .. 1 find nothing; then 1 of 4 down to 0.71, 2 down to 0.21, 3 down to 0.
    assert curve["recalls"] == [0.25] * 20 + [0.5] * 50 + [0.75] * 21
    assert curve["thresholds"][:2] == [0.9, 0.89]
    assert curve["thresholds"][-1] == 0
    # 2 of 3 are right down to 0.21, then 3 of 4, which is better. From 0.8 to 0.71 it is 1 of 2.
    assert curve["precisions"] == [1] * 10 + [0.75] * 81


def test_waymos_curves_of_nothing():
    assert curve_of(waymo([], [0], [0.5]), "level 1")["average_precision"] is None
    nothing = curve_of(waymo([0], [], []), "level 1")
    assert (nothing["average_precision"], nothing["recalls"]) == (0, [])
