"""Waymo's scores of detections against the objects that are there."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from frazo.detection_scores import (
    WAYMO_CLASSES,
    WAYMO_LABELS,
    Calibration,
    WaymoAveragePrecision,
    WaymoDetections,
    WaymoTruths,
)
from frazo.tasks.car.detection_curves import waymo_curves
from frazo.tasks.car.labelled_scenes import LabelledScenes
from frazo.tasks.car.scene import SceneObject
from frazo.tasks.car.scene_matches import match_detections
from frazo.tasks.decoder import DecodingScores, Scorer

# How the names of metrics go on, by the view.
_VIEWS = {"3d": "", "birds_eye": "_birds_eye"}


class WaymoScorer(Scorer):
    """Computes average precision as Waymo does, in percent.

    For each class and each of the levels 1 and 2, the latter counting the former, too,
    CLASS/AP_level_1 is that of boxes in 3D, CLASS/AP_birds_eye_level_1 that of their ground plans;
    APH in place of AP is weighted by heading. All objects count, those with few points, too.
    CLASS/calibration_error is the mean difference between scores and shares of hits, as
    match_detections says what hits. Scenes that nobody labelled do not count; unlabelled_scenes
    says how many there are. The curves behind all are waymo_curves.
    """

    def __init__(self, classes: Sequence[str]):
        """Takes the names of the classes that the model finds, of which Waymo scores some."""
        self._classes = [name for name in WAYMO_CLASSES if name in classes]
        self._scores = WaymoAveragePrecision()
        self._scenes = LabelledScenes()
        # The score of each detection, and whether it is a hit.
        self._hits: dict[str, list[tuple[float, bool]]] = {name: [] for name in self._classes}

    def add(self, outputs: Mapping[str, np.ndarray], records: Sequence[Mapping[str, Any]]) -> None:
        for row in self._scenes.rows(outputs):
            record = records[row]
            count = outputs["boxes_length"][row]
            truths = WaymoTruths(
                boxes=outputs["boxes"][row, :count],
                labels=outputs["box_labels"][row, :count],
                levels=outputs["box_difficulties"][row, :count],
            )
            self._scores.add_scene(record["id"], truths, _found(record["detections"]))
            self._add_hits(truths, record["detections"])

    def result(self) -> DecodingScores:
        if not self._scenes.labelled:
            return DecodingScores(self._scenes.metrics(), {})
        metrics, signatures = {}, {}
        scores = self._scores.result()
        for (name, level, view), score in scores.items():
            if name not in self._classes:
                continue
            for kind, value in (("AP", score.ap), ("APH", score.aph)):
                metric = f"{name}/{kind}{_VIEWS[view]}_level_{level}"
                if np.isfinite(value):
                    metrics[metric] = value
                    signatures[metric] = f"Waymo, {score.truths} objects{self._scenes.signature()}"
        calibrations = {}
        for name, judged in self._hits.items():
            of_class = np.array(judged, np.float64).reshape(-1, 2)
            calibrations[name] = Calibration.of(of_class[:, 0], of_class[:, 1])
            if judged:
                metrics[f"{name}/calibration_error"] = calibrations[name].expected_error
        curves = waymo_curves(scores, calibrations)
        return DecodingScores(metrics | self._scenes.metrics(), signatures, curves)

    def _add_hits(self, truths: WaymoTruths, detections: Sequence[Mapping[str, Any]]) -> None:
        objects = [
            SceneObject(box, WAYMO_LABELS[label])
            for box, label in zip(truths.boxes, truths.labels, strict=True)
        ]
        found = [SceneObject(each["box"], each["class"], each["score"]) for each in detections]
        for each, match in zip(found, match_detections(objects, found), strict=True):
            if each.label in self._hits:
                assert each.score is not None, "a detection has a score"
                self._hits[each.label].append((each.score, match.verdict == "right"))


def _found(detections: Sequence[Mapping[str, Any]]) -> WaymoDetections:
    return WaymoDetections(
        boxes=np.array([each["box"] for each in detections]).reshape(-1, 7),
        labels=np.array([WAYMO_LABELS.index(each["class"]) for each in detections], np.int64),
        scores=np.array([each["score"] for each in detections]),
    )
