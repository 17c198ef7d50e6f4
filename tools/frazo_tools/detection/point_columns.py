"""Points of files that say what numbers a point has: the part that .pcd and .ply files share.

A file is described by its columns, in order. Its rows are the points. Of the columns x, y and z are
used, and the intensity under one of its usual names.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, islice
from typing import BinaryIO, NamedTuple

import numpy as np

# A scan of a lidar has 120,000 points.
MOST_POINTS = 10_000_000
# In the order in which they are preferred.
_INTENSITIES = (
    "intensity",
    "reflectance",
    "reflectivity",
    "remission",
    "scalar_intensity",
    "scalar_reflectance",
    "i",
)
_COORDINATES = ("x", "y", "z")


class PointFileError(Exception):
    """A file has no points that can be read. str() says why; it does not name the file."""


class Column(NamedTuple):
    """What points have in a file.

    Attributes:
      name: In lower case.
      dtype: The type of its numbers, with the order of the bytes.
      count: How many numbers a point has of it.
    """

    name: str
    dtype: np.dtype
    count: int = 1


def check_point_count(count: int) -> None:
    """Raises PointFileError if no scan has so many points."""
    if count > MOST_POINTS:
        raise PointFileError(
            f"its header has {count:,} points; more than {MOST_POINTS:,} are no scan"
        )


def bytes_left(file: BinaryIO) -> int:
    """Returns how many bytes a file has from where it stands."""
    at = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(at)
    return size - at


def read_rows(file: BinaryIO, columns: Sequence[Column], count: int) -> Mapping[str, np.ndarray]:
    """Reads points that follow each other as bytes.

    Returns:
      Each column that has one number, [count].

    Raises:
      PointFileError: The file is too short. OSError.
    """
    # A name of a column may come twice.
    row = np.dtype([(f"{i}", each.dtype, (each.count,)) for i, each in enumerate(columns)])
    expected, found = count * row.itemsize, bytes_left(file)
    if found < expected:
        raise PointFileError(
            f"it has {found:,} bytes after its header; {count:,} points of {row.itemsize} bytes take "
            f"{expected:,}: it was cut off, or its header is wrong"
        )
    rows = np.frombuffer(file.read(expected), row)
    return {each.name: rows[f"{i}"][:, 0] for i, each in enumerate(columns) if each.count == 1}


def read_lines(file: BinaryIO, columns: Sequence[Column], count: int) -> Mapping[str, np.ndarray]:
    """Reads points that are lines of numbers with blanks between.

    Returns:
      Each column that has one number, float64 [count].

    Raises:
      PointFileError: A line has something else, or there are too few lines. OSError.
    """
    width = sum(each.count for each in columns)
    values = _numbers(islice((line for line in file if line.strip()), count), width)
    if len(values) < count:
        raise PointFileError(
            f"it has {len(values):,} of the {count:,} points of its header: it was cut off"
        )
    starts = np.cumsum([0, *(each.count for each in columns)]).tolist()
    return {
        each.name: values[:, start]
        for each, start in zip(columns, starts, strict=False)
        if each.count == 1
    }


def _numbers(lines: Iterable[bytes], width: int) -> np.ndarray:
    """Returns the numbers of lines, float64 [lines, width]."""
    lines = iter(lines)
    first = next(lines, None)
    if first is None:
        return np.zeros([0, width])
    try:
        values = np.loadtxt(chain([first], lines), ndmin=2, comments=None, encoding="ascii")
    except ValueError as error:
        raise PointFileError(
            f"its points are no lines of {width} numbers: {str(error).partition(';')[0]}"
        ) from None
    if values.shape[1] != width:
        raise PointFileError(
            f"a line of its points has {values.shape[1]} numbers; its header has {width}"
        )
    return values


def points_of(columns: Sequence[Column], values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Returns points, float32 [points, 4]: x, y, z and intensity.

    The intensity is that of the file if it has a type with a fraction. An integer is divided by the
    largest of its type. A file without intensity has 0.

    Args:
      columns: Those of the file.
      values: By the names of columns, [points].

    Raises:
      PointFileError: x, y or z is missing, or a column that is used comes twice.
    """
    types = {each.name: each.dtype for each in columns if each.name in values}
    missing = [name for name in _COORDINATES if name not in types]
    if missing:
        raise PointFileError(
            f"a point has no {', '.join(missing)}, but {', '.join(types) or 'nothing'}; a scan has "
            "x, y and z"
        )
    intensity = next((name for name in _INTENSITIES if name in types), None)
    used = [*_COORDINATES, *([] if intensity is None else [intensity])]
    names = [each.name for each in columns]
    for name in used:
        if names.count(name) > 1:
            raise PointFileError(f"a point has {name} twice")
    points = np.zeros([len(values["x"]), 4], np.float32)
    # What is too large for float32 becomes infinite, which no point of a scan is.
    with np.errstate(over="ignore", invalid="ignore"):
        for index, name in enumerate(used):
            points[:, index] = values[name]
        if intensity is not None and types[intensity].kind in "iu":
            points[:, 3] /= np.iinfo(types[intensity]).max
    return points
