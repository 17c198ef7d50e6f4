"""Reads scans with their labels and calibrations from folders in KITTI's layout.

    ImageSets/train.txt                 the ids of a split, one a line
    training/velodyne/000000.bin        float32 x, y, z, reflectance of each point, little-endian
    training/label_2/000000.txt         an object a line
    training/calib/000000.txt
    training/image_2/000000.png         may be missing

Splits whose name has "test" in it are in testing/, which has no labels.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from frazo.tasks.car.kitti.calibration import Calibration, CalibrationError, parse_calibration
from frazo.tasks.car.kitti.labels import KittiObject, LabelError, parse_label_line
from frazo_tools.detection.labelled_splits import has_labels
from frazo_tools.detection.scene_errors import FolderError, SceneError

# The size of most of KITTI's images: width and height in pixels.
USUAL_IMAGE_SIZE = (1242, 375)
# x, y, z and reflectance as float32.
_POINT_BYTES = 16
# Ten million points; KITTI's scans have 120,000.
_MOST_SCAN_BYTES = 10_000_000 * _POINT_BYTES
_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_HEAD_BYTES = 24
_ID = re.compile(r"[\w.-]+")


class KittiScene(NamedTuple):
    """A scan and what belongs to it.

    Attributes:
      id: Such as 000000.
      points: float32 [points, 4]: x, y, z in metres, and the reflectance.
      calibration_text: The file as it is.
      calibration: What is in it.
      lines: The lines of the label file, without their ends; None if nobody labelled the scan.
      objects: What is in them.
      image: The image file as it is; None if there is none or nobody asked for it.
      image_size: Width and height in pixels; None if there is no image.
    """

    id: str
    points: np.ndarray
    calibration_text: str
    calibration: Calibration
    lines: list[str] | None
    objects: list[KittiObject]
    image: bytes | None
    image_size: tuple[int, int] | None


def read_split(folder: Path, split: str) -> list[str]:
    """Returns the ids of ImageSets/SPLIT.txt.

    Raises:
      FolderError: The file is missing, is empty, or has an id twice or one that is no name.
    """
    path = folder / "ImageSets" / f"{split}.txt"
    try:
        ids = path.read_text(encoding="utf-8").split()
    except FileNotFoundError:
        raise FolderError(
            f"{path} does not exist; it has the ids of the scans of '{split}', one a line"
        ) from None
    except UnicodeDecodeError as error:
        raise FolderError(f"{path} is not UTF-8: {error}") from None
    if not ids:
        raise FolderError(f"{path} has no id of a scan")
    seen = set()
    for name in ids:
        if not is_scene_id(name):
            raise FolderError(f"{path}: '{name[:60]}' is no id of a scan, such as 000000")
        if name in seen:
            raise FolderError(f"{path}: {name} comes twice")
        seen.add(name)
    return ids


def is_scene_id(name: str) -> bool:
    """Returns whether a text can be the name of a scan's files: it leads into no other folder."""
    return _ID.fullmatch(name) is not None and name not in (".", "..")


class ScenePaths(NamedTuple):
    """The files of a scan."""

    scan: Path
    calibration: Path
    labels: Path
    image: Path


def scene_paths(folder: Path, split: str, name: str) -> ScenePaths:
    """Returns where the files of a scan are, those that may be missing, too."""
    part = folder / ("training" if has_labels(split) else "testing")
    return ScenePaths(
        part / "velodyne" / f"{name}.bin",
        part / "calib" / f"{name}.txt",
        part / "label_2" / f"{name}.txt",
        part / "image_2" / f"{name}.png",
    )


def read_scene(folder: Path, split: str, name: str, *, with_image: bool = False) -> KittiScene:
    """Reads the files of a scan.

    Args:
      folder: It has ImageSets, training and testing.
      split: The split that the scan is in.
      name: The id of the scan.
      with_image: Whether to read the image if there is one, and not its size alone.

    Raises:
      SceneError: A file is missing or malformed. OSError: A file cannot be read.
    """
    paths = scene_paths(folder, split, name)
    points = read_scan(paths.scan)
    calibration_text, calibration = read_calibration(paths.calibration)
    lines: list[str] | None = None
    objects: list[KittiObject] = []
    if has_labels(split):
        lines, objects = _read_labels(paths.labels)
    image, image_size = _read_image(paths.image, with_image)
    return KittiScene(
        name, points, calibration_text, calibration, lines, objects, image, image_size
    )


def read_scan(path: Path) -> np.ndarray:
    """Returns the points of a .bin file, float32 [points, 4].

    Raises:
      SceneError: As read_numbers does; or the file has values that are not finite. OSError.
    """
    points = read_numbers(path)
    finite = np.isfinite(points).all(1)
    if not finite.all():
        raise SceneError(
            "malformed scan",
            f"{path}: point {int(np.argmin(finite))} has a value that is not finite",
        )
    return points


def read_numbers(path: Path) -> np.ndarray:
    """Returns the points of a .bin file, float32 [points, 4]. Their values may be not finite.

    Raises:
      SceneError: The file is missing, has no points or too many, or ends within a point. OSError.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_SCAN_BYTES:
            raise SceneError(
                "malformed scan",
                f"{path} has {size:,} bytes; more than {_MOST_SCAN_BYTES:,} are no scan",
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise SceneError("no scan", str(path)) from None
    if not content or len(content) % _POINT_BYTES:
        raise SceneError(
            "malformed scan",
            f"{path} has {len(content):,} bytes; a scan has {_POINT_BYTES} for each of its points",
        )
    return np.frombuffer(content, "<f4").reshape(-1, 4)


def read_calibration(path: Path) -> tuple[str, Calibration]:
    """Returns a calibration file as it is, and what is in it.

    Raises:
      SceneError: The file is missing or malformed. OSError.
    """
    text = _read_text(path, "calibration")
    try:
        return text, parse_calibration(text)
    except CalibrationError as error:
        raise SceneError("malformed calibration", f"{path}, {error}") from None


def read_image_size(path: Path) -> tuple[int, int] | None:
    """Returns width and height of an image in pixels; None if there is none.

    Raises:
      SceneError: The file is no PNG file. OSError.
    """
    return _read_image(path, False)[1]


def _read_text(path: Path, what: str) -> str:
    try:
        # Line ends stay as they are.
        return path.read_bytes().decode()
    except FileNotFoundError:
        raise SceneError(f"no {what}", str(path)) from None
    except UnicodeDecodeError as error:
        raise SceneError(f"malformed {what}", f"{path} is not UTF-8: {error}") from None


def _read_labels(path: Path) -> tuple[list[str], list[KittiObject]]:
    text = _read_text(path, "labels")
    lines = text.removesuffix("\n").split("\n") if text else []
    objects = []
    for number, line in enumerate(lines, 1):
        try:
            objects.append(parse_label_line(line))
        except LabelError as error:
            raise SceneError("malformed labels", f"{path}, line {number}: {error}") from None
    return lines, objects


def _read_image(path: Path, with_image: bool) -> tuple[bytes | None, tuple[int, int] | None]:
    try:
        with open(path, "rb") as file:
            content = file.read() if with_image else file.read(_PNG_HEAD_BYTES)
    except FileNotFoundError:
        return None, None
    if len(content) < _PNG_HEAD_BYTES or not content.startswith(_PNG):
        raise SceneError("malformed image", f"{path} is no PNG file")
    # The first chunk begins with width and height.
    width, height = np.frombuffer(content[16:24], ">u4").tolist()
    return (content if with_image else None), (width, height)
