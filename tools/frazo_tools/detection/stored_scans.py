"""Finds scans: in files, in folders, and in the records that //tools:kitti writes."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from frazo import _core
from frazo.tasks.car.kitti.calibration import Calibration, CalibrationError, parse_calibration
from frazo_tools.detection.kitti_folder import USUAL_IMAGE_SIZE, read_scan
from frazo_tools.detection.scene_errors import FolderError, SceneError
from frazo_tools.detection.scene_records import SceneRecordError, decode_scene

SCAN_FILES = (".bin", ".npy")
_LEAST_COLUMNS = 3


class StoredScan(NamedTuple):
    """A scan.

    Attributes:
      name: The id in a record, or the name of the file without its ending.
      points: float32 [points, 3 + features], x, y, z in metres first.
      calibration: That of its camera; None: it has none.
      image_size: Width and height in pixels.
    """

    name: str
    points: np.ndarray
    calibration: Calibration | None
    image_size: tuple[int, int]


class ScanProblem(NamedTuple):
    """A scan that cannot be read.

    Attributes:
      text: What is wrong, with the path.
    """

    text: str


def find_scans(patterns: Sequence[str]) -> list[Path]:
    """Returns the files of scans and records that the patterns name, in order.

    Args:
      patterns: Paths, globs and folders.

    Raises:
      FolderError: A pattern names nothing.
    """
    paths: list[Path] = []
    for pattern in patterns:
        # A path with brackets is no glob if there is such a file.
        found = [pattern] if Path(pattern).exists() else sorted(glob.glob(pattern))
        inner = [path for name in found for path in _files(Path(name))]
        if not inner:
            endings = f" ending in {' or '.join(SCAN_FILES)}" if found else ""
            raise FolderError(f"{pattern} names no file{endings}")
        paths += inner
    return paths


def read_scans(paths: Sequence[Path]) -> Iterator[StoredScan | ScanProblem]:
    """Yields the scans of files in order; for one that cannot be read, what is wrong with it."""
    for path in paths:
        if path.suffix.lower() not in SCAN_FILES:
            yield from _records(path)
            continue
        try:
            yield _read_file(path)
        except (SceneError, OSError, ValueError) as error:
            yield ScanProblem(str(error))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix.lower() in SCAN_FILES)


def _read_file(path: Path) -> StoredScan:
    points = read_scan(path) if path.suffix.lower() == ".bin" else _read_array(path)
    return StoredScan(path.stem, points, _calibration_beside(path), USUAL_IMAGE_SIZE)


def _read_array(path: Path) -> np.ndarray:
    points = np.load(path, allow_pickle=False)
    is_scan = points.ndim == 2 and points.shape[1] >= _LEAST_COLUMNS and points.dtype.kind in "fiu"
    if not is_scan:
        raise SceneError(
            "malformed scan",
            f"{path}: {points.dtype} {list(points.shape)}; expected numbers, [points, 3 or more]",
        )
    return points.astype(np.float32)


def _calibration_beside(path: Path) -> Calibration | None:
    """Returns the calibration of a scan in KITTI's layout: velodyne/ID.bin has calib/ID.txt."""
    text_path = path.parent.parent / "calib" / f"{path.stem}.txt"
    if path.parent.name != "velodyne" or not text_path.exists():
        return None
    try:
        return parse_calibration(text_path.read_text(encoding="utf-8"))
    except CalibrationError as error:
        raise SceneError("malformed calibration", f"{text_path}, {error}") from None


def _records(path: Path) -> Iterator[StoredScan | ScanProblem]:
    number = 0
    try:
        for number, record in enumerate(_core.RecordReader(path)):
            try:
                scene = decode_scene(record)
            except SceneRecordError as error:
                yield ScanProblem(f"{path}, record {number}: {error}")
                continue
            yield StoredScan(scene.id, scene.points, scene.calibration, scene.image_size)
    except _core.FrazoError as error:
        yield ScanProblem(f"{path}, after {number} records: {error}")
