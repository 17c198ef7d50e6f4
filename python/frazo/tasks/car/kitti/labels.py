"""The lines of KITTI's label files, their classes and their difficulty.

KITTI's object development kit (readme.txt) has 15 columns, and a 16th for detections:

    type truncated occluded alpha left top right bottom height width length x y z rotation_y [score]

Pixels, metres and radians, in the frame of the camera: x right, y down, z forward. x, y and z are
of the middle of the box's bottom face. rotation_y is 0 where the length points along x.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from frazo import _core
from frazo.detection_scores import KITTI_LABELS

# Index 0 is for what is no object.
CLASSES = KITTI_LABELS
DONT_CARE = "DontCare"

# The difficulty of an object that keeps not even the limits of hard ones.
NO_DIFFICULTY = 0

# Metres, pixels: what is larger is a mistake, and may be no float32.
LARGEST = 1_000_000
_COLUMNS = 15
# KITTI writes -10 for an angle that is not known, and -pi as -3.14.
_UNKNOWN_ANGLE = -10.0
_LARGEST_ANGLE = 3.1416


class LabelError(Exception):
    """A line is no label. str() says what is wrong with it."""


class KittiObject(NamedTuple):
    """One line of a label file.

    Attributes:
      label: One of CLASSES but the first.
      truncation: The share outside of the image, 0 to 1; -1 is unknown.
      occlusion: 0 visible, 1 partly, 2 largely occluded, 3 unknown; -1 for DontCare.
      alpha: The heading as the camera sees it, in radians; -10 is unknown.
      image_box: left, top, right, bottom in pixels.
      dimensions: height, width, length in metres; -1 each is unknown.
      location: x, y, z of the middle of the bottom face, in metres.
      rotation_y: radians about the camera's y axis; -10 is unknown.
      score: The detector's; None for truth.
    """

    label: str
    truncation: float
    occlusion: int
    alpha: float
    image_box: tuple[float, float, float, float]
    dimensions: tuple[float, float, float]
    location: tuple[float, float, float]
    rotation_y: float
    score: float | None = None

    @property
    def has_3d_info(self) -> bool:
        """Whether the label has a box in the world, and not only in the image."""
        return -1 not in self.dimensions


def parse_label_line(line: str) -> KittiObject:
    """Reads a line.

    Raises:
      LabelError: It has another number of columns, an unknown class, or a value out of its range.
    """
    words = line.split()
    if len(words) not in (_COLUMNS, _COLUMNS + 1):
        raise LabelError(f"{len(words)} columns; a label has {_COLUMNS}, and one more for a score")
    if words[0] not in CLASSES[1:]:
        raise LabelError(f"unknown class '{words[0]}'; KITTI has {', '.join(CLASSES[1:])}")
    numbers = []
    for column, word in enumerate(words[1:], 2):
        try:
            number = float(word)
        except ValueError:
            raise LabelError(f"column {column}: '{word}' is no number") from None
        if not abs(number) <= LARGEST:  # NaN is not.
            raise LabelError(f"column {column}: '{word}' is not from -{LARGEST:,} to {LARGEST:,}")
        numbers.append(number)
    if numbers[1] not in (-1, 0, 1, 2, 3):
        raise LabelError(f"column 3: occlusion '{words[2]}' is none of -1, 0, 1, 2, 3")
    found = KittiObject(
        label=words[0],
        truncation=numbers[0],
        occlusion=int(numbers[1]),
        alpha=numbers[2],
        image_box=(numbers[3], numbers[4], numbers[5], numbers[6]),
        dimensions=(numbers[7], numbers[8], numbers[9]),
        location=(numbers[10], numbers[11], numbers[12]),
        rotation_y=numbers[13],
        score=numbers[14] if len(numbers) > 14 else None,
    )
    _check(found)
    return found


def _check(found: KittiObject) -> None:
    if found.truncation != -1 and not 0 <= found.truncation <= 1:
        raise LabelError(f"column 2: truncation {found.truncation:g} is neither -1 nor from 0 to 1")
    for column, angle in ((4, found.alpha), (15, found.rotation_y)):
        if angle != _UNKNOWN_ANGLE and abs(angle) > _LARGEST_ANGLE:
            raise LabelError(
                f"column {column}: the angle {angle:g} is neither -10 nor in -pi to pi"
            )
    left, top, right, bottom = found.image_box
    if right < left or bottom < top:
        raise LabelError(
            f"columns 5 to 8: the box {left:g} {top:g} {right:g} {bottom:g} ends before it begins"
        )
    if found.has_3d_info and min(found.dimensions) <= 0:
        height, width, length = found.dimensions
        raise LabelError(
            f"columns 9 to 11: the sizes {height:g} {width:g} {length:g} are not positive; unknown "
            "ones are -1"
        )
    if found.has_3d_info and found.rotation_y == _UNKNOWN_ANGLE:
        raise LabelError("column 15: a box with sizes needs a rotation")


def format_label_line(written: KittiObject) -> str:
    """Returns the line as KITTI writes it: two decimals, and six for a score."""
    if not written.has_3d_info:
        numbers = " ".join(f"{number:.2f}" for number in written.image_box)
        return f"{written.label} -1 -1 -10 {numbers} -1 -1 -1 -1000 -1000 -1000 -10"
    numbers = " ".join(
        # Adding 0 turns -0.0 into 0.0.
        f"{round(number, 2) + 0.0:.2f}"
        for number in (
            written.alpha,
            *written.image_box,
            *written.dimensions,
            *written.location,
            written.rotation_y,
        )
    )
    # Detections have no truncation: KITTI writes -1 for it.
    truncation = "-1" if written.truncation == -1 else f"{written.truncation:.2f}"
    line = f"{written.label} {truncation} {written.occlusion} {numbers}"
    return line if written.score is None else f"{line} {written.score:.6f}"


def difficulty(
    image_heights: np.ndarray, occlusions: np.ndarray, truncations: np.ndarray
) -> np.ndarray:
    """Returns the difficulty of objects, int32 [objects].

    3 is easy, 2 moderate, 1 hard and 0 none of them: the easiest whose limits an object keeps. As
    KITTI's development kit (evaluate_object.cpp) has them:

        easy      at least 40 pixels high, not occluded, truncated by at most 0.15
        moderate  at least 25 pixels high, at most partly occluded, truncated by at most 0.30
        hard      at least 25 pixels high, at most largely occluded, truncated by at most 0.50

    Args:
      image_heights: pixels from top to bottom of the boxes in the image, [objects].
      occlusions: 0 to 3, [objects].
      truncations: 0 to 1, [objects].
    """
    columns = np.broadcast_arrays(image_heights, occlusions, truncations)
    return _core.kitti_difficulties(np.stack(columns, -1).astype(np.float64))
