"""Reads detections as decoders write them: JSON lines, a scan a line.

    {"id": "000001", "detections": [{"class": "Car", "score": 0.9, "box": [x, y, z, length, width,
     height, heading], "image_box": [xmin, ymin, xmax, ymax]}]}

image_box may be missing. Other fields are ignored.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

from frazo.tasks.car.kitti.labels import CLASSES, DONT_CARE


class DetectionLineError(Exception):
    """A line has no detections. str() names the file, the line and the field."""


class Detection(NamedTuple):
    """An object that was found.

    Attributes:
      label: A class of KITTI.
      score: How sure the detector is.
      box: x, y, z, length, width, height, heading in the frame of the lidar.
      image_box: xmin, ymin, xmax, ymax in pixels, if the detector says so.
    """

    label: str
    score: float
    box: tuple[float, ...]
    image_box: tuple[float, ...] | None


def read_detections(path: Path) -> dict[str, list[Detection]]:
    """Returns the detections by the id of the scan.

    Raises:
      DetectionLineError: A line is malformed, or an id comes twice. OSError.
    """
    found: dict[str, list[Detection]] = {}
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                name, detections = _parse(line)
                if name in found:
                    raise ValueError(f"the id {name} comes twice")
            except (ValueError, OverflowError, RecursionError) as error:
                raise DetectionLineError(f"{path}, line {number}: {error}") from None
            found[name] = detections
    return found


def _parse(line: bytes) -> tuple[str, list[Detection]]:
    record = json.loads(line)
    if not isinstance(record, dict) or not isinstance(record.get("id"), str):
        raise ValueError("expected an object with the text 'id'")
    detections = record.get("detections")
    if not isinstance(detections, list):
        raise ValueError("expected the list 'detections'")
    return record["id"], [
        _detection(each, f"detections[{index}]") for index, each in enumerate(detections)
    ]


def _detection(record: Any, place: str) -> Detection:
    if not isinstance(record, dict):
        raise ValueError(f"{place} is no object")
    label = record.get("class")
    if label not in CLASSES[1:] or label == DONT_CARE:
        raise ValueError(f"{place}: '{label}' is no class of KITTI's, such as {CLASSES[1]}")
    (score,) = _numbers([record.get("score")], 1, f"{place}.score")
    box = _numbers(record.get("box"), 7, f"{place}.box")
    if min(box[3:6]) <= 0:
        raise ValueError(f"{place}.box has a size that is not positive")
    image_box = record.get("image_box")
    if image_box is not None:
        image_box = _numbers(image_box, 4, f"{place}.image_box")
        if image_box[0] > image_box[2] or image_box[1] > image_box[3]:
            raise ValueError(f"{place}.image_box ends before it begins")
    return Detection(label, score, box, image_box)


def _numbers(values: Any, count: int, place: str) -> tuple[float, ...]:
    if (
        not isinstance(values, list)
        or len(values) != count
        or not all(type(value) in (int, float) and math.isfinite(value) for value in values)
    ):
        raise ValueError(f"{place}: expected {count} finite number{'s' if count > 1 else ''}")
    return tuple(map(float, values))
