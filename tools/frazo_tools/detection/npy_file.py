"""Reads the points of NumPy's .npy files: [points, 3 or more] numbers, x, y and z first.

A file begins with the bytes \\x93NUMPY, a version of two bytes and the length of the header, which
has two bytes in version 1 and four from version 2 on. The header is a Python dictionary:

    {'descr': '<f4', 'fortran_order': False, 'shape': (120000, 4), }

NumPy's own reader evaluates it, and ends with errors of Python's parser for some that are damaged.
"""

from __future__ import annotations

import re
from typing import BinaryIO

import numpy as np
from frazo_tools.detection.point_columns import PointFileError, bytes_left, check_point_count

_MAGIC = b"\x93NUMPY"
# Bytes of the header's length, by the version.
_LENGTH_BYTES = {1: 2, 2: 4, 3: 4}
# That of an array of numbers has some 120 bytes.
_MOST_HEADER_BYTES = 10_000
_LEAST_COLUMNS = 3
# No scan has so many features. It bounds the shape of an array without points.
_MOST_COLUMNS = 10_000
_TYPE = re.compile(rb"""['"]descr['"]\s*:\s*['"]([<>|=]?(?:[iu][1248]|f[248]))['"]""")
_ORDER = re.compile(rb"""['"]fortran_order['"]\s*:\s*(True|False)\b""")
_SHAPE = re.compile(rb"""['"]shape['"]\s*:\s*\(([\d,\s]{0,100})\)""")


def read_npy(file: BinaryIO) -> np.ndarray:
    """Returns the points of a file, float32 [points, 4 or more]; without features the fourth is 0.

    Args:
      file: It stands at its begin.

    Raises:
      PointFileError: It is no array of numbers of this shape, is cut off, or has too many points.
      OSError.
    """
    dtype, fortran_order, shape = _read_header(file)
    if len(shape) != 2 or not _LEAST_COLUMNS <= shape[1] <= _MOST_COLUMNS:
        raise PointFileError(f"{dtype} {list(shape)}; expected numbers, [points, 3 or more]")
    check_point_count(shape[0])
    expected, found = shape[0] * shape[1] * dtype.itemsize, bytes_left(file)
    if found < expected:
        raise PointFileError(
            f"it has {found:,} bytes after its header; {shape[0]:,} points of {shape[1]:,} numbers "
            f"take {expected:,}: it was cut off, or its header is wrong"
        )
    numbers = np.frombuffer(file.read(expected), dtype)
    points = numbers.reshape(shape, order="F" if fortran_order else "C")
    # What is too large for float32 becomes infinite.
    with np.errstate(over="ignore", invalid="ignore"):
        points = np.ascontiguousarray(points, np.float32)
    if shape[1] == _LEAST_COLUMNS:
        points = np.pad(points, ((0, 0), (0, 1)))
    return points


def _read_header(file: BinaryIO) -> tuple[np.dtype, bool, tuple[int, ...]]:
    """Returns the type of the numbers, whether the first index runs first, and the shape."""
    begin = file.read(len(_MAGIC) + 2)
    if not begin.startswith(_MAGIC):
        raise PointFileError("it is no array of NumPy's")
    length_bytes = _LENGTH_BYTES.get(begin[-2]) if len(begin) == len(_MAGIC) + 2 else None
    if length_bytes is None:
        raise PointFileError("its version is none of 1, 2 and 3: its header is damaged")
    length = file.read(length_bytes)
    size = int.from_bytes(length, "little")
    header = file.read(min(size, _MOST_HEADER_BYTES))
    if len(length) < length_bytes or len(header) < size:
        raise PointFileError("its header is cut off, or is none of an array of numbers")
    dtype, order, shape = (pattern.search(header) for pattern in (_TYPE, _ORDER, _SHAPE))
    if dtype is None or order is None or shape is None:
        raise PointFileError(f"its header is none of an array of numbers: {header[:120]!r}")
    sizes = tuple(int(size) for size in shape[1].split(b",") if size.strip().isdigit())
    return np.dtype(dtype[1].decode()), order[1] == b"True", sizes
