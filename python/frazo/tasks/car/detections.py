"""From boxes and scores of all anchors to the detections of a scene."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf
from frazo import ops
from frazo.proto import point_detection_pb2


class Detections(NamedTuple):
    """The objects that were found, those of each class by descending score.

    Attributes:
      boxes: float32 [batch, classes, most, 7]; zeros past the last one.
      scores: float32 [batch, classes, most], probabilities; zeros past the last one.
      counts: int32 [batch, classes].
    """

    boxes: tf.Tensor
    scores: tf.Tensor
    counts: tf.Tensor


def best_detections(
    boxes: tf.Tensor, scores: tf.Tensor, classes: Sequence[point_detection_pb2.DetectedClass]
) -> Detections:
    """Keeps, class by class, the best of boxes that stand for the same object.

    Args:
      boxes: float32 [batch, anchors, 7].
      scores: float32 [batch, anchors, classes].
      classes: Say what is kept.
    """
    kept = ops.oriented_nms(
        boxes,
        scores,
        iou_thresholds=[each.suppression_iou for each in classes],
        score_thresholds=[each.score_threshold for each in classes],
        max_kept=[each.most_detections for each in classes],
    )
    return Detections(kept.boxes, kept.scores, kept.counts)
