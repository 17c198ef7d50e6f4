"""Reads scans: from files, and from the records that //tools:kitti writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
from frazo import _core
from frazo.tasks.car.kitti.calibration import Calibration
from frazo_tools.detection.kitti_folder import (
    USUAL_IMAGE_SIZE,
    read_calibration,
    read_image_size,
    read_numbers,
)
from frazo_tools.detection.npy_file import read_npy
from frazo_tools.detection.pcd_file import read_pcd
from frazo_tools.detection.ply_file import read_ply
from frazo_tools.detection.point_columns import PointFileError
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.scene_records import SceneRecordError, scenes_of_file


class StoredScan(NamedTuple):
    """A scan.

    Attributes:
      name: The id in a record, or the name of the file without its ending.
      points: float32 [points, 4 or more], x, y, z in metres and the reflectance first; all finite.
      left_out: How many points are left out because a number of theirs is not finite.
      calibration: That of its camera; None: it has none.
      image_size: Width and height in pixels.
    """

    name: str
    points: np.ndarray
    left_out: int
    calibration: Calibration | None
    image_size: tuple[int, int]


class ScanProblem(NamedTuple):
    """A scan that cannot be read.

    Attributes:
      text: What is wrong, with the path.
    """

    text: str


def read_scans(paths: Sequence[Path]) -> Iterator[StoredScan | ScanProblem]:
    """Yields the scans of files in order; for one that cannot be read, what is wrong with it.

    Files are scans if they end as SCAN_FILES do, and records otherwise.
    """
    for path in paths:
        if path.suffix.lower() not in _READERS:
            yield from _records(path)
            continue
        try:
            yield _read_file(path)
        except SceneError as error:
            yield ScanProblem(f"{error.reason}: {error.detail}")
        except FileNotFoundError:
            yield ScanProblem(f"no scan: {path}")
        except OSError as error:
            yield ScanProblem(str(error))


def _read_file(path: Path) -> StoredScan:
    points = _READERS[path.suffix.lower()](path)
    calibration, image_size = None, None
    # The files of KITTI's layout that belong to a scan have its name.
    if path.parent.name == "velodyne":
        folder = path.parent.parent
        calibration_path = folder / "calib" / f"{path.stem}.txt"
        if calibration_path.exists():
            _, calibration = read_calibration(calibration_path)
        image_size = read_image_size(folder / "image_2" / f"{path.stem}.png")
    return _scan(path.stem, points, calibration, image_size or USUAL_IMAGE_SIZE)


def _scan(
    name: str, points: np.ndarray, calibration: Calibration | None, image_size: tuple[int, int]
) -> StoredScan:
    finite = np.isfinite(points).all(1)
    left_out = int(np.count_nonzero(~finite))
    return StoredScan(
        name, points[finite] if left_out else points, left_out, calibration, image_size
    )


def _described(read: Callable[[BinaryIO], np.ndarray]) -> Callable[[Path], np.ndarray]:
    """Returns what reads a file that describes its points."""

    def read_path(path: Path) -> np.ndarray:
        try:
            with open(path, "rb") as file:
                return read(file)
        except PointFileError as error:
            raise SceneError("malformed scan", f"{path}: {error}") from None

    return read_path


_READERS: Mapping[str, Callable[[Path], np.ndarray]] = {
    ".bin": read_numbers,
    ".npy": _described(read_npy),
    ".pcd": _described(read_pcd),
    ".ply": _described(read_ply),
}
# How files of scans end.
SCAN_FILES = tuple(_READERS)


def _records(path: Path) -> Iterator[StoredScan | ScanProblem]:
    try:
        for scene in scenes_of_file(str(path)):
            if isinstance(scene, SceneRecordError):
                yield ScanProblem(str(scene))
            else:
                yield _scan(scene.id, scene.points, scene.calibration, scene.image_size)
    except _core.FrazoError as error:
        yield ScanProblem(f"{path}: {error}")
