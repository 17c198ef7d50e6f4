"""The decoder that writes the objects that were found beside the true ones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from frazo.detection_scores import KITTI_DIFFICULTIES, KITTI_LABELS, WAYMO_LABELS, WAYMO_LEVELS
from frazo.proto import point_detection_pb2
from frazo.tasks.car.curve_section import curve_section
from frazo.tasks.car.detection_scores import KittiScorer
from frazo.tasks.car.detections import Detections
from frazo.tasks.car.image_boxes import image_boxes
from frazo.tasks.car.scene import Scene, SceneObject
from frazo.tasks.car.scene_page import scene_figure, scene_page
from frazo.tasks.car.top_view import top_view_summary
from frazo.tasks.car.waymo_scores import WaymoScorer
from frazo.tasks.decoder import Decoder, DecodingScores, Scorer

# What a batch has for decoding and scores, besides what the network sees.
_KEPT = (
    "scene_id",
    "points",
    "points_length",
    "labelled",
    "boxes",
    "boxes_length",
    "box_labels",
    "box_difficulties",
    "box_points",
    "box_image",
    "ignored_image_boxes",
    "ignored_image_boxes_length",
    "velo_to_image",
    "image_size",
)


class DetectionDecoder(Decoder):
    """Decodes batches of a PointDetection task, which have their truth.

    A record has id, the scene_id; detections, those of each class by descending score, each with
    class, score, a probability, box (x, y, z, length, width, height, heading) and, if there is a
    camera, image_box (xmin, ymin, xmax, ymax in pixels); and objects, the true ones, each with
    class, box, difficulty and points, the number of points inside; null if nobody labelled the
    scene. The page "scenes" shows scans with both, and the curves of all. TensorBoard shows scans
    from above.
    """

    search = "boxes of anchors, oriented non-max suppression for each class"

    def __init__(
        self,
        detect: Callable[[Mapping[str, tf.Tensor]], Detections],
        message: point_detection_pb2.PointDetection,
        class_names: Sequence[str],
    ):
        """Makes the decoder.

        Args:
          detect: Maps a batch to detections.
          message: The message of the task.
          class_names: The names that box_labels count: KITTI's or Waymo's.

        Raises:
          ValueError: The names are others, for which there are no scores.
        """
        if tuple(class_names) not in (KITTI_LABELS, WAYMO_LABELS):
            raise ValueError(
                "point_detection: class_names of prepare_scene are neither KITTI's, "
                f"{', '.join(KITTI_LABELS)}, nor Waymo's, {', '.join(WAYMO_LABELS)}. Detections of "
                "other data have no scores."
            )
        self._detect = detect
        self._message = message
        self._class_names = list(class_names)

    def decode(self, batch: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        missing = [name for name in _KEPT if name not in batch]
        if missing:
            raise ValueError(
                f"point_detection: the batches have no feature '{missing[0]}'. Set truth in the "
                "prepare_scene step of an input that is decoded."
            )
        found = self._detect(batch)
        kept = {name: batch[name] for name in _KEPT}
        return kept | {f"detected_{name}": each for name, each in found._asdict().items()}

    def records(self, outputs: Mapping[str, np.ndarray]) -> list[dict[str, Any]]:
        return [
            {
                "id": outputs["scene_id"][row].decode(errors="replace"),
                "detections": self._detections(outputs, row),
                "objects": self._objects(outputs, row),
            }
            for row in range(len(outputs["scene_id"]))
        ]

    def scorer(self) -> Scorer:
        scorer = KittiScorer if tuple(self._class_names) == KITTI_LABELS else WaymoScorer
        return scorer([each.name for each in self._message.classes])

    def figures(self, outputs: Mapping[str, np.ndarray], row: int) -> dict[str, str]:
        return {"scenes": scene_figure(self._scene(outputs, row))}

    def summaries(
        self, outputs: Mapping[str, np.ndarray], row: int, number: int
    ) -> list[tf.compat.v1.Summary.Value]:
        return [top_view_summary(self._scene(outputs, row))]

    def page(self, name: str, title: str, figures: Sequence[str], scores: DecodingScores) -> str:
        if name != "scenes":
            return super().page(name, title, figures, scores)
        scope = "The curves are those of all decoded scans that have labels."
        return scene_page(
            title, figures, "" if scores.curves is None else curve_section(scores.curves, scope)
        )

    def _scene(self, outputs: Mapping[str, np.ndarray], row: int) -> Scene:
        points = outputs["points"][row, : outputs["points_length"][row]]
        # The first feature of a point is how much of the light came back.
        intensities = points[:, 3] if points.shape[1] > 3 else np.zeros(len(points))
        sought = {each.name for each in self._message.classes}
        of_kitti = tuple(self._class_names) == KITTI_LABELS
        # Whatever is 0, or is above these, nobody has to find.
        hardest = len(KITTI_DIFFICULTIES if of_kitti else WAYMO_LEVELS)
        objects = self._objects(outputs, row)
        truths = None
        if objects is not None:
            truths = [
                SceneObject(
                    each["box"],
                    each["class"],
                    counts=each["class"] in sought and 1 <= each["difficulty"] <= hardest,
                )
                for each in objects
            ]
        detections = [
            SceneObject(each["box"], each["class"], each["score"])
            for each in self._detections(outputs, row)
        ]
        name = outputs["scene_id"][row].decode(errors="replace")
        return Scene(name, points[:, :3], intensities, truths, detections)

    def _detections(self, outputs: Mapping[str, np.ndarray], row: int) -> list[dict[str, Any]]:
        found = []
        for number, each in enumerate(self._message.classes):
            count = outputs["detected_counts"][row, number]
            boxes = outputs["detected_boxes"][row, number, :count]
            scores = outputs["detected_scores"][row, number, :count]
            of_class = [
                {"class": each.name, "score": float(score), "box": box.tolist()}
                for box, score in zip(boxes, scores, strict=True)
            ]
            found += self._visible(of_class, boxes, outputs, row)
        return found

    def _visible(
        self,
        found: Sequence[dict[str, Any]],
        boxes: np.ndarray,
        outputs: Mapping[str, np.ndarray],
        row: int,
    ) -> list[dict[str, Any]]:
        """Returns the detections that the camera sees enough of, with their image_box.

        Without a camera it returns all.
        """
        if not outputs["image_size"][row].all():
            return list(found)
        seen = image_boxes(boxes, outputs["velo_to_image"][row], outputs["image_size"][row])
        least = self._message.least_visible_share
        return [
            each | {"image_box": edges.tolist()}
            for each, edges, share in zip(found, seen.edges, seen.visible_shares, strict=True)
            if share >= least
        ]

    def _objects(self, outputs: Mapping[str, np.ndarray], row: int) -> list[dict[str, Any]] | None:
        """Returns the true objects of a scene; None if nobody labelled it."""
        if not outputs["labelled"][row]:
            return None
        return [
            {
                "class": self._class_names[outputs["box_labels"][row, number]],
                "box": outputs["boxes"][row, number].tolist(),
                "difficulty": int(outputs["box_difficulties"][row, number]),
                "points": int(outputs["box_points"][row, number]),
            }
            for number in range(outputs["boxes_length"][row])
        ]
