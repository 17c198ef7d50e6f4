"""What an exported detector takes and gives."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np


class Detection(NamedTuple):
    """An object that a model has found in a scan.

    Attributes:
      label: The name of its class.
      score: How probable it is, from 0 to 1.
      box: x, y, z of its middle, length, width and height in metres, and the heading in radians,
        counter-clockwise from x, in the world of the scan.
    """

    label: str
    score: float
    box: tuple[float, ...]


class Camera(NamedTuple):
    """The camera of a scan.

    Attributes:
      velo_to_image: [3, 4], from x, y, z, 1 in the world of the scan to u * depth, v * depth, depth
        in pixels.
      width: Of the image, in pixels.
      height: Of the image, in pixels.
    """

    velo_to_image: np.ndarray
    width: int
    height: int


def scan_inputs(scans: Sequence[np.ndarray], size: int) -> dict[str, np.ndarray]:
    """Returns the inputs of a detector for scans, as one batch.

    Args:
      scans: For each scan its points, [points, at least size].
      size: The numbers of a point that the model takes.

    Raises:
      ValueError: A scan has another shape.
    """
    for number, scan in enumerate(scans):
        if scan.ndim != 2 or scan.shape[1] < size:
            raise ValueError(
                f"scan {number}: shape {list(scan.shape)}; the model takes [points, {size}]: x, y, z "
                f"and {size - 3} features"
            )
    lengths = np.array([len(scan) for scan in scans], np.int32)
    points = np.zeros([len(scans), int(lengths.max(initial=0)), size], np.float32)
    for row, scan in zip(points, scans, strict=True):
        row[: len(scan)] = scan[:, :size]
    return {"points": points, "lengths": lengths}


def camera_inputs(cameras: Sequence[Camera] | None) -> dict[str, np.ndarray]:
    """Returns the inputs of a detector for the cameras of a batch; none for None."""
    if cameras is None:
        return {}
    matrices = [np.asarray(camera.velo_to_image, np.float32).reshape(12) for camera in cameras]
    sizes = [(camera.width, camera.height) for camera in cameras]
    return {"velo_to_image": np.array(matrices), "image_sizes": np.array(sizes, np.int32)}


def detections(outputs: Mapping[str, np.ndarray], names: Sequence[str]) -> list[list[Detection]]:
    """Returns what was found in each scan, the best first.

    Args:
      outputs: boxes [batch, most, 7], scores [batch, most], classes [batch, most] from 1, and
        num_detections [batch].
      names: The names of the classes 1, 2, ...
    """
    rows = zip(
        *(outputs[name] for name in ("boxes", "scores", "classes", "num_detections")), strict=True
    )
    return [
        [
            Detection(names[int(classes[i]) - 1], float(scores[i]), tuple(boxes[i].tolist()))
            for i in range(count)
        ]
        for boxes, scores, classes, count in rows
    ]
