"""Reads .pcd files, those of the Point Cloud Library: a header of text, and then points.

    # .PCD v0.7 - Point Cloud Data file format
    VERSION 0.7
    FIELDS x y z intensity
    SIZE 4 4 4 4
    TYPE F F F F
    COUNT 1 1 1 1
    WIDTH 213
    HEIGHT 1
    VIEWPOINT 0 0 0 1 0 0 0
    POINTS 213
    DATA ascii

DATA is ascii: a line for each point; binary: point after point; or binary_compressed: two uint32,
the numbers of compressed bytes and of those that they stand for, then field after field in LZF.
Bytes are little-endian.
VIEWPOINT, where the sensor was, is not used: points stay in their frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import BinaryIO, NamedTuple

import numpy as np
from frazo_tools.detection.lzf import LzfError, decompress_lzf
from frazo_tools.detection.point_columns import (
    Column,
    PointFileError,
    bytes_left,
    check_point_count,
    points_of,
    read_lines,
    read_rows,
)

_KEYS = (
    "VERSION",
    "FIELDS",
    "SIZE",
    "TYPE",
    "COUNT",
    "WIDTH",
    "HEIGHT",
    "VIEWPOINT",
    "POINTS",
    "DATA",
)
_NEEDED = ("FIELDS", "SIZE", "TYPE", "WIDTH", "HEIGHT", "DATA")
_TYPES = frozenset({"F4", "F8", "I1", "I2", "I4", "I8", "U1", "U2", "U4", "U8"})
# What a header is never longer than: lines with comments, and the bytes of a line.
_MOST_LINES = 200
_MOST_LINE_BYTES = 10_000
# What a point has of a field: histograms have 308.
_MOST_COUNT = 10_000
_SIZES_BYTES = 8


class _Header(NamedTuple):
    columns: list[Column]
    points: int
    data: str


def read_pcd(file: BinaryIO) -> np.ndarray:
    """Returns the points of a file, float32 [points, 4]: x, y, z in metres, and the intensity as
    point_columns.points_of has it. A number may be none that is finite.

    Args:
      file: At its beginning; it can seek.

    Raises:
      PointFileError: The file is no .pcd file, is damaged, or lacks x, y or z. OSError.
    """
    header = _read_header(file)
    if header.data == "ascii":
        values = read_lines(file, header.columns, header.points)
    elif header.data == "binary":
        values = read_rows(file, header.columns, header.points)
    else:
        values = _read_compressed(file, header.columns, header.points)
    return points_of(header.columns, values)


def _read_header(file: BinaryIO) -> _Header:
    lines = _header_lines(file)
    missing = [key for key in _NEEDED if key not in lines]
    if missing:
        raise PointFileError(f"its header has no line {', '.join(missing)}; write the file again")
    width, height = _whole(lines, "WIDTH", 1)[0], _whole(lines, "HEIGHT", 1)[0]
    points = _whole(lines, "POINTS", 1)[0] if "POINTS" in lines else width * height
    if points != width * height:
        raise PointFileError(
            f"its header has {points:,} POINTS, but WIDTH {width:,} and HEIGHT {height:,}"
        )
    check_point_count(points)
    data = " ".join(lines["DATA"])
    if data not in ("ascii", "binary", "binary_compressed"):
        raise PointFileError(
            f"its header has DATA '{data[:40]}'; expected ascii, binary or binary_compressed"
        )
    return _Header(_columns(lines), points, data)


def _header_lines(file: BinaryIO) -> Mapping[str, Sequence[str]]:
    """Returns what follows each key, up to DATA."""
    lines: dict[str, list[str]] = {}
    for _ in range(_MOST_LINES):
        line = file.readline(_MOST_LINE_BYTES)
        if not line:
            break
        key, *values = line.decode("ascii", "replace").split() or ["#"]
        if key.startswith("#"):
            continue
        if key not in _KEYS:
            raise PointFileError(
                f"'{key[:40]}' begins no line of a header; a .pcd file has {', '.join(_KEYS)}"
            )
        if key in lines:
            raise PointFileError(f"its header has {key} twice")
        lines[key] = values
        if key == "DATA":
            return lines
    raise PointFileError("its header has no end; a .pcd file has the line DATA before its points")


def _whole(lines: Mapping[str, Sequence[str]], key: str, count: int) -> list[int]:
    words = lines[key]
    # isdecimal() is true for other digits, too; the header is ASCII. A longer number is none.
    if len(words) != count or not all(word.isdecimal() and len(word) < 20 for word in words):
        raise PointFileError(
            f"its header has {key} '{' '.join(words)[:40]}'; expected {count} whole numbers"
        )
    return [int(word) for word in words]


def _columns(lines: Mapping[str, Sequence[str]]) -> list[Column]:
    names = [name.lower() for name in lines["FIELDS"]]
    sizes = _whole(lines, "SIZE", len(names))
    counts = _whole(lines, "COUNT", len(names)) if "COUNT" in lines else [1] * len(names)
    types = [f"{kind}{size}" for kind, size in zip(lines["TYPE"], sizes, strict=False)]
    if len(lines["TYPE"]) != len(names) or not _TYPES.issuperset(types):
        raise PointFileError(
            f"its header has TYPE '{' '.join(lines['TYPE'])[:40]}' with SIZE "
            f"'{' '.join(lines['SIZE'])[:40]}'; expected {len(names)} of {', '.join(sorted(_TYPES))}"
        )
    if not names or min(counts) < 1 or max(counts) > _MOST_COUNT:
        raise PointFileError(
            f"its header has COUNT '{' '.join(lines.get('COUNT', []))[:40]}'; expected 1 to "
            f"{_MOST_COUNT:,} for each of its FIELDS"
        )
    return [
        Column(name, np.dtype(f"<{kind.lower()}"), count)
        for name, kind, count in zip(names, types, counts, strict=True)
    ]


def _read_compressed(
    file: BinaryIO, columns: Sequence[Column], points: int
) -> Mapping[str, np.ndarray]:
    expected = points * sum(each.dtype.itemsize * each.count for each in columns)
    sizes = file.read(_SIZES_BYTES)
    if len(sizes) < _SIZES_BYTES:
        raise PointFileError("it ends after its header: it was cut off")
    compressed, size = np.frombuffer(sizes, "<u4").tolist()
    if size != expected:
        raise PointFileError(
            f"{size:,} bytes were compressed; {points:,} points of its header take {expected:,}"
        )
    if compressed > bytes_left(file):
        raise PointFileError(
            f"it has {bytes_left(file):,} of its {compressed:,} compressed bytes: it was cut off"
        )
    try:
        content = decompress_lzf(file.read(compressed), size)
    except LzfError as error:
        raise PointFileError(f"its compressed points are damaged: {error}") from None
    # Each field has its numbers of all points together.
    values: dict[str, np.ndarray] = {}
    stream = BytesIO(content)
    for column in columns:
        values |= read_rows(stream, [column], points)
    return values
