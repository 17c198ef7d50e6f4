"""Small .pcd and .ply files for tests, whole and damaged."""

from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import BinaryIO

import numpy as np
from frazo_tools.detection.point_columns import PointFileError
from hypothesis import strategies as st

# By NumPy's names of types, those of .ply files.
_PLY_TYPES = {
    "i1": "char",
    "u1": "uint8",
    "i2": "short",
    "u2": "uint16",
    "i4": "int32",
    "u4": "uint",
    "f4": "float",
    "f8": "double",
}
_MOST_RUN = 32
# Copies in a sample go back to the byte before.
_MOST_COPY = 264
_LEAST_COPY = 3


def pcd(columns: Mapping[str, np.ndarray], data: str) -> bytes:
    """Returns a .pcd file.

    Args:
      columns: By name, [points] or [points, count].
      data: ascii, binary or binary_compressed.
    """
    arrays = [each[:, np.newaxis] if each.ndim == 1 else each for each in columns.values()]
    points = len(arrays[0])
    header = "\n".join(
        [
            "# .PCD v0.7 - Point Cloud Data file format",
            "VERSION 0.7",
            f"FIELDS {' '.join(columns)}",
            f"SIZE {' '.join(str(each.itemsize) for each in arrays)}",
            f"TYPE {' '.join(each.dtype.kind.upper() for each in arrays)}",
            f"COUNT {' '.join(str(each.shape[1]) for each in arrays)}",
            f"WIDTH {points}",
            "HEIGHT 1",
            "VIEWPOINT 0 0 0 1 0 0 0",
            f"POINTS {points}",
            f"DATA {data}\n",
        ]
    ).encode()
    if data == "ascii":
        return header + _lines(arrays)
    arrays = [each.astype(each.dtype.newbyteorder("<")) for each in arrays]
    if data == "binary":
        return header + _rows(arrays)
    content = b"".join(each.tobytes() for each in arrays)
    compressed = lzf(content)
    return header + np.array([len(compressed), len(content)], "<u4").tobytes() + compressed


def ply(columns: Mapping[str, np.ndarray], kind: str, *, before: str = "") -> bytes:
    """Returns a .ply file.

    Args:
      columns: By name, [points].
      kind: ascii, binary_little_endian or binary_big_endian.
      before: Lines of the header before the points.
    """
    order = ">" if kind == "binary_big_endian" else "<"
    arrays = [each[:, np.newaxis] for each in columns.values()]
    properties = "".join(
        f"property {_PLY_TYPES[each.dtype.str[1:]]} {name}\n"
        for name, each in zip(columns, arrays, strict=True)
    )
    header = (
        f"ply\nformat {kind} 1.0\ncomment made for a test\n{before}"
        f"element vertex {len(arrays[0])}\n{properties}end_header\n"
    ).encode()
    if kind == "ascii":
        return header + _lines(arrays)
    return header + _rows([each.astype(each.dtype.newbyteorder(order)) for each in arrays])


def _lines(arrays: list[np.ndarray]) -> bytes:
    rows = zip(*(each.tolist() for each in arrays), strict=True)
    return "".join(" ".join(repr(n) for part in row for n in part) + "\n" for row in rows).encode()


def _rows(arrays: list[np.ndarray]) -> bytes:
    return b"".join(part.tobytes() for row in zip(*arrays, strict=True) for part in row)


def lzf(content: bytes) -> bytes:
    """Returns bytes compressed: repeated bytes become copies, all others runs."""
    out, run, at = bytearray(), bytearray(), 0
    while at < len(content):
        length = 0
        while (
            at > 0
            and at + length < len(content)
            and length < _MOST_COPY
            and content[at + length] == content[at - 1]
        ):
            length += 1
        if length >= _LEAST_COPY:
            out += _run(run)
            run.clear()
            out += bytes([min(length - 2, 7) << 5])
            out += bytes([length - 9]) if length >= 9 else b""
            out += b"\0"
            at += length
        else:
            run.append(content[at])
            at += 1
            if len(run) == _MOST_RUN:
                out += _run(run)
                run.clear()
    return bytes(out + _run(run))


def _run(run: bytearray) -> bytes:
    return bytes([len(run) - 1]) + bytes(run) if run else b""


def expected_points(place: Sequence[np.ndarray], intensity: np.ndarray) -> np.ndarray:
    """Returns what a file with these columns has, float32 [points, 4].

    Args:
      place: x, y, z, each [points].
      intensity: [points]; if it is an integer, its largest is 1.
    """
    columns = [*place, intensity]
    with np.errstate(over="ignore"):
        points = np.stack([each.astype(np.float32) for each in columns], 1)
    if intensity.dtype.kind == "u":
        points[:, 3] /= np.iinfo(intensity.dtype).max
    return points


@st.composite
def damaged(draw, files: Sequence[bytes]) -> bytes:
    """A file of which a part is replaced."""
    content = draw(st.sampled_from(files))
    begin = draw(st.integers(0, len(content)))
    end = draw(st.integers(begin, min(begin + 20, len(content))))
    return content[:begin] + draw(st.binary(max_size=20)) + content[end:]


def check_reader(read: Callable[[BinaryIO], np.ndarray], content: bytes) -> None:
    """Fails unless bytes are points or an error.

    Args:
      read: Reads a file.
      content: What is in it.
    """
    try:
        points = read(BytesIO(content))
    except PointFileError as error:
        assert str(error)
    else:
        assert (points.dtype, points.shape[1:]) == (np.float32, (4,))
