"""Turns detections into KITTI's text, which its development kit scores."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from frazo.box_frames import observation_angles
from frazo.program.durable_file import write_text
from frazo.tasks.car.kitti.calibration import Calibration
from frazo.tasks.car.kitti.frames import boxes_to_camera
from frazo.tasks.car.kitti.labels import KittiObject, format_label_line
from frazo_tools.detection.detection_lines import Detection, DetectionLineError, read_detections
from frazo_tools.detection.detection_scene import image_boxes_of
from frazo_tools.detection.scene_records import read_scenes


class Results(NamedTuple):
    """What was written.

    Attributes:
      scans: How many files.
      empty: How many of them have no detection.
      detections: How many lines all files have.
      outside: How many detections are left out because the camera does not see them.
    """

    scans: int
    empty: int
    detections: int
    outside: int


def write_results(detections: Path, patterns: Sequence[str], out: Path) -> Results:
    """Writes OUT/ID.txt for each scan of the records, empty where nothing was found.

    Args:
      detections: A file of JSON lines.
      patterns: The records that have the calibrations.
      out: A folder.

    Raises:
      DetectionLineError: The file is malformed, or has a scan that the records do not have.
      SceneRecordError, FrazoError, OSError.
    """
    found = read_detections(detections)
    out.mkdir(parents=True, exist_ok=True)
    scans = empty = lines = outside = 0
    for scene in read_scenes(patterns):
        of_scene = found.pop(scene.id, [])
        written = write_result(
            out / f"{scene.id}.txt", of_scene, scene.calibration, scene.image_size
        )
        scans += 1
        empty += not written
        lines += written
        outside += len(of_scene) - written
    if found:
        raise DetectionLineError(
            f"{detections}: the records have no scan {min(found)}; give the records that the "
            "detections are of"
        )
    return Results(scans, empty, lines, outside)


def write_result(
    path: Path,
    detections: Sequence[Detection],
    calibration: Calibration,
    image_size: tuple[int, int],
) -> int:
    """Writes the file of a scan. A detection without an image_box gets the one around its corners,
    cut at the edges of the image; it is left out if nothing of it is in the image.

    Args:
      path: The file.
      detections: Those of the scan.
      calibration: That of the scan.
      image_size: Width and height in pixels.

    Returns:
      How many lines it has.

    Raises:
      OSError.
    """
    lines = _result_lines(detections, calibration, image_size)
    write_text(path, "".join(f"{line}\n" for line in lines))
    return len(lines)


def _result_lines(
    detections: Sequence[Detection], calibration: Calibration, image_size: tuple[int, int]
) -> list[str]:
    boxes = np.array([each.box for each in detections]).reshape(-1, 7)
    edges = image_boxes_of(detections, calibration, image_size)
    locations, dimensions, rotations = boxes_to_camera(boxes, calibration.velo_to_camera)
    alphas = observation_angles(locations, rotations)
    return [
        format_label_line(
            KittiObject(
                label=each.label,
                truncation=-1,
                occlusion=-1,
                alpha=float(alphas[index]),
                image_box=tuple(edges[index]),
                dimensions=tuple(dimensions[index]),
                location=tuple(locations[index]),
                rotation_y=float(rotations[index]),
                score=each.score,
            )
        )
        for index, each in enumerate(detections)
        if np.isfinite(edges[index]).all()
    ]
