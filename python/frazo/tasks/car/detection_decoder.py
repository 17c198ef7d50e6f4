"""The decoder that writes the objects that were found beside the true ones."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import tensorflow as tf
from frazo.proto import point_detection_pb2
from frazo.tasks.car.detection_scores import KittiScorer
from frazo.tasks.car.detections import Detections
from frazo.tasks.car.image_boxes import image_boxes
from frazo.tasks.car.scene_page import Scene, SceneObject, scene_figure, scene_page
from frazo.tasks.decoder import Decoder, Scorer

# What a batch has for decoding and scores, besides what the network sees.
_KEPT = (
    "scene_id",
    "points",
    "points_length",
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
    class, box, difficulty and points, the number of points inside. The page "scenes" shows scans
    with both.
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
          class_names: The names that box_labels count.
        """
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
        return KittiScorer([each.name for each in self._message.classes])

    def figures(self, outputs: Mapping[str, np.ndarray], row: int) -> dict[str, str]:
        points = outputs["points"][row, : outputs["points_length"][row]]
        objects = [SceneObject(each["box"], each["class"]) for each in self._objects(outputs, row)]
        objects += [
            SceneObject(each["box"], each["class"], each["score"])
            for each in self._detections(outputs, row)
        ]
        # The first feature of a point is how much of the light came back.
        intensities = points[:, 3] if points.shape[1] > 3 else np.zeros(len(points))
        name = outputs["scene_id"][row].decode(errors="replace")
        return {"scenes": scene_figure(Scene(name, points[:, :3], intensities, objects))}

    def page(self, name: str, title: str, figures: Sequence[str]) -> str:
        return (
            scene_page(title, figures) if name == "scenes" else super().page(name, title, figures)
        )

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

    def _objects(self, outputs: Mapping[str, np.ndarray], row: int) -> list[dict[str, Any]]:
        return [
            {
                "class": self._class_names[outputs["box_labels"][row, number]],
                "box": outputs["boxes"][row, number].tolist(),
                "difficulty": int(outputs["box_difficulties"][row, number]),
                "points": int(outputs["box_points"][row, number]),
            }
            for number in range(outputs["boxes_length"][row])
        ]
