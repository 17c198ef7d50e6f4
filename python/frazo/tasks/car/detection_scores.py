"""Scores of detections against the objects that are there."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from frazo.detection_scores import (
    KITTI_CLASSES,
    KITTI_LABELS,
    KittiAveragePrecision,
    KittiDetections,
    KittiScore,
    KittiTruths,
    observation_angles,
)
from frazo.tasks.car.detection_curves import kitti_curves
from frazo.tasks.car.labelled_scenes import LabelledScenes
from frazo.tasks.decoder import DecodingScores, Scorer

_IGNORED_AREA = KITTI_LABELS.index("DontCare")
# How the names of metrics begin, by the view.
_AP_OF_VIEW = {"3d": "AP", "birds_eye": "AP_birds_eye", "image": "AP_image"}


def headlines(class_name: str) -> tuple[str, str]:
    """Returns the names of the metrics that say most of a class, KITTI's and Waymo's."""
    return f"{class_name}/AP_moderate", f"{class_name}/APH_level_2"


class KittiScorer(Scorer):
    """Computes average precision as KITTI does, in percent, over 40 points of recall.

    For each class and each difficulty (easy, moderate, hard; the latter count the former, too)
    CLASS/AP_moderate is that of boxes in 3D, CLASS/AP_birds_eye_moderate of their ground plans,
    CLASS/AP_image_moderate of their rectangles in the picture, and CLASS/AOS_moderate the
    orientation similarity of these; CLASS/AP11_moderate, in 3D, is over the 11 points of older
    publications. CLASS/calibration_error is the mean difference between scores and shares of hits.
    Scenes that nobody labelled do not count; unlabelled_scenes says how many there are. The curves
    behind all are kitti_curves.
    """

    def __init__(self, classes: Sequence[str]):
        """Takes the names of the classes that the model finds, of which KITTI scores some."""
        self._classes = [name for name in KITTI_CLASSES if name in classes]
        self._scores = KittiAveragePrecision()
        self._scenes = LabelledScenes()

    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        for row in self._scenes.rows(outputs):
            found = _found(records[row]["detections"])
            self._scores.add_scene(records[row]["id"], _truths(outputs, row), found)

    def result(self) -> DecodingScores:
        if not self._scenes.labelled:
            return DecodingScores(self._scenes.metrics(), {})
        metrics, signatures = {}, {}
        scores = self._scores.result()
        for (name, difficulty, view), score in scores.items():
            if name not in self._classes:
                continue
            metric = f"{name}/{_AP_OF_VIEW[view]}_{difficulty}"
            metrics[metric] = score.ap_40
            signatures[metric] = _signature(score) + self._scenes.signature()
            if view == "3d":
                metrics[f"{name}/AP11_{difficulty}"] = score.ap_11
            if view == "image":
                metrics[f"{name}/AOS_{difficulty}"] = score.aos_40
            if (view, difficulty) == ("3d", "hard"):
                error = score.calibration.expected_error
                metrics[f"{name}/calibration_error"] = error
        known = {name: value for name, value in metrics.items() if np.isfinite(value)}
        curves = kitti_curves(scores, self._classes)
        return DecodingScores(known | self._scenes.metrics(), signatures, curves)


def _signature(score: KittiScore) -> str:
    few = ", too few to reach all 40 points of recall" if score.has_few_truths else ""
    return f"KITTI, 40 points, {score.truths} objects{few}"


def _truths(outputs: Mapping[str, np.ndarray], row: int) -> KittiTruths:
    """Returns the objects of a scene, and after them the areas that do not count."""
    count = outputs["boxes_length"][row]
    boxes = outputs["boxes"][row, :count]
    areas = outputs["ignored_image_boxes"][row, : outputs["ignored_image_boxes_length"][row]]
    boxes_and_areas = np.concatenate([boxes, np.zeros([len(areas), 7])])

    def column(of_boxes: np.ndarray, of_areas: float) -> np.ndarray:
        return np.concatenate([of_boxes, np.full(len(areas), of_areas)])

    return KittiTruths(
        boxes=boxes_and_areas,
        image_boxes=np.concatenate([outputs["box_image"][row, :count], areas]),
        labels=column(outputs["box_labels"][row, :count], _IGNORED_AREA),
        truncations=np.zeros(count + len(areas)),
        # What KITTI's difficulty, 3 for easy, needs besides the height in the picture.
        occlusions=column(3 - outputs["box_difficulties"][row, :count], -1),
        alphas=column(observation_angles(boxes), -10),
    )


def _found(detections: Sequence[Mapping[str, Any]]) -> KittiDetections:
    boxes = np.array([each["box"] for each in detections]).reshape(-1, 7)
    return KittiDetections(
        boxes=boxes,
        image_boxes=np.array([each["image_box"] for each in detections]).reshape(-1, 4),
        labels=np.array([KITTI_LABELS.index(each["class"]) for each in detections], np.int64),
        scores=np.array([each["score"] for each in detections]),
        alphas=observation_angles(boxes),
    )
