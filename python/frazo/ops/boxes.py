"""TensorFlow ops on boxes in 3D.

A box has 7 numbers: x, y, z of its middle, its length along the heading, its width and its height in
metres, and its heading in radians, counter-clockwise from x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from frazo.ops.library import op_library


class KeptBoxes(NamedTuple):
    """The boxes that non-max suppression keeps, of B scenes and K classes, best first.

    Attributes:
      boxes: float32 [B, K, M, 7]; zeros after the last one. M is the greatest of max_kept.
      scores: float32 [B, K, M]; zeros after the last one.
      indices: int32 [B, K, M], of the boxes among those that were given; -1 after the last one.
      counts: int32 [B, K], the number of kept boxes.
    """

    boxes: tf.Tensor
    scores: tf.Tensor
    indices: tf.Tensor
    counts: tf.Tensor


def pairwise_iou(rows: tf.Tensor, columns: tf.Tensor, *, view: str = "3D") -> tf.Tensor:
    """Returns the intersection over union of each pair, float32 [N, M], without a gradient.

    Boxes that only touch have 0, as has a box with a number that is not finite or a size that is
    not above 0.

    Args:
      rows: float32 [N, 7], boxes.
      columns: float32 [M, 7], boxes.
      view: "3D" compares volumes, "BIRDS_EYE" areas as seen from above, at whatever height.
    """
    return op_library().frazo_pairwise_iou(rows=rows, columns=columns, view=view)


def oriented_nms(
    boxes: tf.Tensor,
    scores: tf.Tensor,
    *,
    iou_thresholds: Sequence[float],
    score_thresholds: Sequence[float],
    max_kept: Sequence[int],
    view: str = "3D",
) -> KeptBoxes:
    """Keeps of each class the boxes that no better one of the class overlaps too much.

    Candidates come by falling score, those of equal scores by rising index.

    Args:
      boxes: float32 [B, N, 7].
      scores: float32 [B, N, K], of each box as one of each class. NaN is no candidate.
      iou_thresholds: For each class in [0, 1]; a box is dropped whose intersection over union with
        a kept one is above it.
      score_thresholds: For each class; a box with a lower score is no candidate.
      max_kept: For each class the most boxes to keep; 0 leaves it out.
      view: What is compared, as for pairwise_iou.

    Raises:
      tf.errors.InvalidArgumentError: A threshold is out of range, or there is not one of each kind
        for each class.
    """
    kept = op_library().frazo_oriented_nms(
        boxes=boxes,
        scores=scores,
        iou_thresholds=list(iou_thresholds),
        score_thresholds=list(score_thresholds),
        max_kept=list(max_kept),
        view=view,
    )
    return KeptBoxes(*kept)
