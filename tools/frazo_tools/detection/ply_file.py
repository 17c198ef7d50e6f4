"""Reads the points of .ply files: a header of text, and then the elements that it names.

    ply
    format binary_little_endian 1.0
    comment made by a scanner
    element vertex 213
    property float x
    property float y
    property float z
    property uchar intensity
    end_header

The format is ascii, binary_little_endian or binary_big_endian. Points are the element vertex. What
comes after it is not read; what comes before it is passed over.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

import numpy as np
from frazo_tools.detection.point_columns import (
    Column,
    PointFileError,
    check_point_count,
    points_of,
    read_lines,
    read_rows,
)

_ORDERS = {"ascii": "<", "binary_little_endian": "<", "binary_big_endian": ">"}
_TYPES = {
    "char": "i1",
    "uchar": "u1",
    "short": "i2",
    "ushort": "u2",
    "int": "i4",
    "uint": "u4",
    "float": "f4",
    "double": "f8",
    "int8": "i1",
    "uint8": "u1",
    "int16": "i2",
    "uint16": "u2",
    "int32": "i4",
    "uint32": "u4",
    "float32": "f4",
    "float64": "f8",
}
_POINTS = "vertex"
# What a header is never longer than: lines with comments, and the bytes of a line.
_MOST_LINES = 10_000
_MOST_LINE_BYTES = 10_000


class _Element(NamedTuple):
    """A kind of things in a file.

    Attributes:
      name: Such as vertex.
      count: How many there are.
      properties: The words after `property` of each line.
    """

    name: str
    count: int
    properties: list[list[str]]


def read_ply(file: BinaryIO) -> np.ndarray:
    """Returns the points of a file, float32 [points, 4]: x, y, z in metres, and the intensity as
    point_columns.points_of has it. A number may be none that is finite.

    Args:
      file: At its beginning; it can seek.

    Raises:
      PointFileError: The file is no .ply file, is damaged, or lacks x, y or z. OSError.
    """
    kind, elements = _read_header(file)
    read = read_lines if kind == "ascii" else read_rows
    for element in elements:
        columns = _columns(element, _ORDERS[kind])
        check_point_count(element.count)
        values = read(file, columns, element.count)
        if element.name == _POINTS:
            return points_of(columns, values)
    raise PointFileError(
        f"it has no element {_POINTS}, but {', '.join(each.name for each in elements) or 'nothing'}"
    )


def _read_header(file: BinaryIO) -> tuple[str, list[_Element]]:
    """Returns the format and the elements."""
    if file.readline(_MOST_LINE_BYTES).strip() != b"ply":
        raise PointFileError("it does not begin with the line 'ply', as .ply files do")
    kind, elements = "", []
    for number in range(2, _MOST_LINES):
        line = file.readline(_MOST_LINE_BYTES)
        if not line:
            break
        text = line.decode("ascii", "replace").strip()
        match text.split():
            case ["end_header"]:
                if not kind:
                    raise PointFileError("its header has no line 'format'")
                return kind, elements
            case [] | ["comment" | "obj_info", *_]:
                pass
            case ["format", name, "1.0"] if name in _ORDERS:
                kind = name
            # A longer number is none.
            case ["element", name, count] if count.isdecimal() and len(count) < 20:
                elements.append(_Element(name, int(count), []))
            case ["property", *words] if elements and words:
                elements[-1].properties.append(words)
            case _:
                raise PointFileError(f"line {number}: '{text[:40]}' is no line of a .ply header")
    raise PointFileError("its header has no end; a .ply file has 'end_header' before its points")


def _columns(element: _Element, order: str) -> Sequence[Column]:
    columns = []
    for words in element.properties:
        if words[0] == "list":
            raise PointFileError(
                f"element {element.name}: the property {words[-1]} is a list; points are read only "
                f"from a {_POINTS} without lists, and with no lists before it"
            )
        if len(words) != 2 or words[0] not in _TYPES:
            raise PointFileError(
                f"element {element.name}: 'property {' '.join(words)[:40]}' is none; expected a type, "
                "such as float, and a name"
            )
        columns.append(Column(words[1].lower(), np.dtype(order + _TYPES[words[0]])))
    if not columns:
        raise PointFileError(f"element {element.name} has no property")
    return columns
