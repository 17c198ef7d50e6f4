"""Detections beside the scan that they are of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from frazo.detection_scores import (
    KITTI_LABELS,
    KittiAveragePrecision,
    KittiDetections,
    KittiTruths,
    observation_angles,
)
from frazo.tasks.car.kitti.calibration import Calibration
from frazo.tasks.car.kitti.frames import clip_image_boxes, project_boxes
from frazo_tools.detection.detection_lines import Detection
from frazo_tools.detection.scene_records import StoredScene, boxes_of


def image_boxes_of(
    detections: Sequence[Detection], calibration: Calibration, image_size: tuple[int, int]
) -> np.ndarray:
    """Returns xmin, ymin, xmax, ymax in pixels, float64 [detections, 4].

    A detection without an image_box gets the one around its corners, cut at the edges of the image;
    NaN if nothing of it is in the image.

    Args:
      detections: Those of a scan.
      calibration: That of the scan.
      image_size: Width and height in pixels.
    """
    boxes = _boxes(detections)
    edges, _ = clip_image_boxes(project_boxes(boxes, calibration.velo_to_image), *image_size)
    for index, each in enumerate(detections):
        if each.image_box is not None:
            edges[index] = each.image_box
    return edges


def add_scene(
    precision: KittiAveragePrecision, scene: StoredScene, detections: Sequence[Detection]
) -> None:
    """Adds a scan to KITTI's scores. Detections that the camera does not see do not count.

    Raises:
      FrazoError: A number of the scan is not finite.
    """
    edges = image_boxes_of(detections, scene.calibration, scene.image_size)
    seen = np.flatnonzero(np.isfinite(edges).all(1))
    found = [detections[index] for index in seen.tolist()]
    boxes = _boxes(found)
    detected = KittiDetections(
        boxes=boxes,
        image_boxes=edges[seen],
        labels=np.array([KITTI_LABELS.index(each.label) for each in found], np.int64),
        scores=np.array([each.score for each in found], np.float64),
        alphas=observation_angles(boxes),
    )
    precision.add_scene(scene.id, _truths(scene), detected)


def _truths(scene: StoredScene) -> KittiTruths:
    objects = scene.objects
    boxes = boxes_of(objects, scene.calibration)
    return KittiTruths(
        boxes=boxes,
        image_boxes=np.array([each.image_box for each in objects], np.float64).reshape(-1, 4),
        labels=np.array([KITTI_LABELS.index(each.label) for each in objects], np.int64),
        truncations=np.array([each.truncation for each in objects], np.float64),
        occlusions=np.array([each.occlusion for each in objects], np.int64),
        alphas=observation_angles(boxes),
    )


def _boxes(detections: Sequence[Detection]) -> np.ndarray:
    return np.array([each.box for each in detections], np.float64).reshape(-1, 7)
