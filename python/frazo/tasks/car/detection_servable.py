"""A detector that takes scans and returns boxes."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

import tensorflow as tf
from frazo import ops
from frazo.proto import point_detection_pb2, prepare_scene_pb2
from frazo.tasks.car.detections import Detections
from frazo.tasks.servable import Servable

_PLACE = 3
# What training alone does to scenes, and what it does to their objects. ops.scan_cells does the
# rest.
_OF_TRAINING = frozenset(
    {
        "random_flip",
        "random_rotation",
        "random_scaling",
        "random_translation",
        "perturb_boxes",
        "drop_ring",
        "filter_objects_by_points",
        "paste_objects",
    }
)


class ServedDetector(Protocol):
    """The task of an export: PointDetection."""

    message: point_detection_pb2.PointDetection

    @property
    def variables(self) -> tuple[tf.Variable, ...]: ...

    def detect(self, batch: Mapping[str, tf.Tensor]) -> Detections: ...


class DetectionServable(Servable):
    """The signatures of an exported PointDetection.

    serving_default, also called detect, takes points, float32 [batch, longest, 3 + features], x, y,
    z in metres and then the features, and lengths, int32 [batch], the points of each scan. A point
    with a number that is not finite is left out. It returns
      boxes: float32 [batch, most, 7], those of all classes, the most probable first: x, y, z of the
        middle, length, width, height, heading; zeros after the last one,
      scores: float32 [batch, most], probabilities,
      classes: int32 [batch, most], from 1,
      num_detections: int32 [batch].

    detect_with_camera takes velo_to_image, float32 [batch, 12], 3 x 4, row by row, and image_sizes,
    int32 [batch, 2], width and height, too. A model that was trained to look where a camera does
    looks there alone; without a camera it looks everywhere.

    about takes nothing. It returns class_names, string [classes], the names of the classes 1, 2,
    ...; and num_features, int32 [], those of a point besides its place.
    """

    def __init__(
        self, detector: ServedDetector, scene: prepare_scene_pb2.PrepareScene, num_features: int
    ):
        """Takes what an input does to scenes, without what it does in training alone.

        Args:
          detector: The task.
          scene: The step that makes the batches of an input.
          num_features: The features of a point.
        """
        super().__init__()
        self.weights = list(detector.variables)
        self._detect = detector.detect
        self._class_names = [each.name for each in detector.message.classes]
        self._num_features = num_features
        self._config = prepare_scene_pb2.PrepareScene(
            steps=_without_training(scene.steps),
            centers=scene.centers,
            neighbor_steps=_without_training(scene.neighbor_steps),
            neighbors=scene.neighbors,
        )

    def signatures(self) -> dict[str, Callable]:
        size = _PLACE + self._num_features
        scans = [
            tf.TensorSpec([None, None, size], tf.float32, name="points"),
            tf.TensorSpec([None], tf.int32, name="lengths"),
        ]
        camera = [
            tf.TensorSpec([None, 12], tf.float32, name="velo_to_image"),
            tf.TensorSpec([None, 2], tf.int32, name="image_sizes"),
        ]
        detect = tf.function(self._of_scans, input_signature=scans, autograph=False)
        with_camera = tf.function(
            self._of_scans_and_cameras, input_signature=[*scans, *camera], autograph=False
        )
        return {
            "serving_default": detect,
            "detect": detect,
            "detect_with_camera": with_camera,
            "about": tf.function(self._about, input_signature=[], autograph=False),
        }

    def row_wise(self) -> Mapping[str, Mapping[str, str]]:
        length = "num_detections"
        padded = {"boxes": length, "scores": length, "classes": length}
        return {"serving_default": padded, "detect": padded, "detect_with_camera": padded}

    def _of_scans(self, points: tf.Tensor, lengths: tf.Tensor) -> Mapping[str, tf.Tensor]:
        config = prepare_scene_pb2.PrepareScene()
        config.CopyFrom(self._config)
        config.centers.ClearField("in_image")
        for steps in (config.steps, config.neighbor_steps):
            kept = [step for step in steps if not step.HasField("drop_outside_image")]
            del steps[:]
            steps.extend(kept)
        return self._detected(points, lengths, config, None)

    def _of_scans_and_cameras(
        self,
        points: tf.Tensor,
        lengths: tf.Tensor,
        velo_to_image: tf.Tensor,
        image_sizes: tf.Tensor,
    ) -> Mapping[str, tf.Tensor]:
        camera = ops.ScanCamera(velo_to_image, image_sizes)
        return self._detected(points, lengths, self._config, camera)

    def _detected(
        self,
        points: tf.Tensor,
        lengths: tf.Tensor,
        config: prepare_scene_pb2.PrepareScene,
        camera: ops.ScanCamera | None,
    ) -> Mapping[str, tf.Tensor]:
        cells = ops.scan_cells(points, lengths, config.SerializeToString(), camera=camera)
        return _of_all_classes(self._detect(cells._asdict()))

    def _about(self) -> Mapping[str, tf.Tensor]:
        return {
            "class_names": tf.constant(self._class_names),
            "num_features": tf.constant(self._num_features),
        }


def _without_training(
    steps: Iterable[prepare_scene_pb2.SceneStep],
) -> list[prepare_scene_pb2.SceneStep]:
    return [step for step in steps if step.WhichOneof("kind") not in _OF_TRAINING]


def _of_all_classes(found: Detections) -> Mapping[str, tf.Tensor]:
    """Returns the detections of all classes in one list, by descending score."""
    batch, num_classes, most = tf.unstack(tf.shape(found.scores))
    is_there = tf.range(most) < found.counts[..., tf.newaxis]
    totals = tf.reduce_sum(found.counts, 1)
    # Probabilities are not below 0.
    ranks = tf.reshape(tf.where(is_there, found.scores, -1), [batch, -1])
    order = tf.argsort(ranks, direction="DESCENDING", stable=True)[:, : tf.reduce_max(totals)]

    def sorted_rows(values: tf.Tensor) -> tf.Tensor:
        return tf.gather(values, order, batch_dims=1)

    classes = tf.where(is_there, tf.range(num_classes)[:, tf.newaxis] + 1, 0)
    return {
        "boxes": sorted_rows(tf.reshape(found.boxes, [batch, -1, 7])),
        "scores": sorted_rows(tf.reshape(found.scores, [batch, -1])),
        "classes": sorted_rows(tf.reshape(classes, [batch, -1])),
        "num_detections": totals,
    }
