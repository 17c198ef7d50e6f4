"""Reads IDX files, the format in which MNIST is published.

An IDX file is a header of big-endian 32-bit numbers and then the values, last dimension fastest:

    offset 0      0x00000800 + number of dimensions (0x08 stands for unsigned bytes)
    offset 4 + 4i size of dimension i
    afterwards    one byte a value

Files whose name ends in .gz are gzip-compressed.
"""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np
from frazo_tools.bounded_read import TooLargeError, read_bounded

# Bytes of a file, unpacked. The largest published sets of this form have half of it.
MAX_BYTES = 1 << 30

_UNSIGNED_BYTES = 0x0800


class IdxError(Exception):
    """The file is not a whole IDX file of the expected kind. str() names it and the problem."""


def read_idx(path: Path, dimensions: int) -> np.ndarray:
    """Reads a whole IDX file of unsigned bytes.

    Args:
        path: the file; decompressed if the name ends in .gz.
        dimensions: number of dimensions, 1 for labels and 3 for images.

    Returns:
        A uint8 array of that many dimensions, a read-only view of the file's content.

    Raises:
        IdxError: the file cannot be read, has another magic number, has fewer or more values than
            its header says, or more than MAX_BYTES.
    """
    content = _read_content(path)
    header_bytes = 4 * (1 + dimensions)
    magic = int.from_bytes(content[:4], "big")
    if len(content) >= 4 and magic != _UNSIGNED_BYTES + dimensions:
        raise IdxError(
            f"{path}: starts with 0x{magic:08x}; a {dimensions}-dimensional IDX file of unsigned "
            f"bytes starts with 0x{_UNSIGNED_BYTES + dimensions:08x}"
        )
    if len(content) < header_bytes:
        raise IdxError(
            f"{path}: {len(content)} bytes; the header of a {dimensions}-dimensional IDX file alone "
            f"has {header_bytes}. The file is truncated: fetch it again"
        )
    shape = struct.unpack_from(f">{dimensions}I", content, 4)
    # math.prod, not NumPy's: four billion squared must not wrap around.
    expected_bytes = header_bytes + math.prod(shape)
    if len(content) != expected_bytes:
        sizes = " x ".join(map(str, shape))
        fault = "truncated" if len(content) < expected_bytes else "followed by something else"
        raise IdxError(
            f"{path}: {len(content)} bytes, but its header ({sizes} values) needs "
            f"{expected_bytes}. The file is {fault}: fetch it again"
        )
    return np.frombuffer(content, np.uint8, offset=header_bytes).reshape(shape)


def _read_content(path: Path) -> bytes:
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            return read_bounded(file, MAX_BYTES)
    except TooLargeError as error:
        raise IdxError(f"{path}: {error}: it is not one of MNIST's. Fetch it again") from error
    except EOFError as error:
        raise IdxError(f"{path}: the gzip data is truncated: fetch it again") from error
    except (OSError, zlib.error) as error:
        raise IdxError(f"{path}: cannot be read ({error})") from error
