"""What the anchors of a detector stand for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from frazo import _core
from frazo import geometry_arrays as arrays


class Anchors(NamedTuple):
    """The boxes that the outputs of a detector are relative to, as the message frazo.Anchors.

    A centre has an anchor for each combination; the offset along x changes slowest, then come those
    along y and z, the rotation, and the size.

    Attributes:
      x_offsets, y_offsets, z_offsets: Metres from the centre to the middle of the anchor.
      rotations: Headings in radians.
      sizes: Length, width and height of each, in metres.
    """

    x_offsets: Sequence[float]
    y_offsets: Sequence[float]
    z_offsets: Sequence[float]
    rotations: Sequence[float]
    sizes: Sequence[tuple[float, float, float]]


class AssignedAnchors(NamedTuple):
    """What each of A anchors of C centres stands for.

    Attributes:
      labels: int32 [C, A]: the class of a box, 0 for background, -1 for what is ignored.
      residuals: float32 [C, A, 7], from the anchor to its box (Zhou and Tuzel 2018, "VoxelNet",
        equation 1); zeros unless the label is above 0.
      ious: float64 [C, A], the greatest IoU that the anchor has with a box, seen from above.
    """

    labels: np.ndarray
    residuals: np.ndarray
    ious: np.ndarray


def assign_anchors(
    centers: ArrayLike,
    anchors: Anchors,
    boxes: ArrayLike,
    classes: ArrayLike,
    *,
    foreground_iou: float,
    background_iou: float,
) -> AssignedAnchors:
    """Assigns boxes to anchors, as the pipeline's step prepare_scene does for training.

    Each anchor has the box with the greatest IoU, seen from above, and among equals the first. It
    is foreground if the IoU is at least foreground_iou, or if it is above 0 and the greatest that
    any anchor has with that box. Otherwise it is background if the IoU is at most background_iou,
    and ignored if it is above that. Boxes of class 0 take no part.

    Args:
      centers: [C, 3].
      anchors: Those of each centre.
      boxes: [M, 7].
      classes: int [M], 0 or above.
      foreground_iou: In (0, 1].
      background_iou: In [0, 1].

    Raises:
      ValueError: An array has another shape, a box or an anchor takes no space, a list of anchors
        is empty, or a number is out of its range.
    """
    if not (0 < foreground_iou <= 1 and 0 <= background_iou <= 1):
        raise ValueError(
            f"foreground_iou is {foreground_iou} and background_iou {background_iou}; expected "
            "numbers in (0, 1] and [0, 1]"
        )
    return AssignedAnchors(
        *_core.assign_anchors(
            arrays.rows("centers", centers, np.float32, 3),
            anchors=[list(numbers) for numbers in anchors[:4]],
            sizes=[tuple(size) for size in anchors.sizes],
            boxes=arrays.boxes("boxes", boxes),
            classes=np.ascontiguousarray(classes, np.int64),
            foreground_iou=foreground_iou,
            background_iou=background_iou,
        )
    )
