"""Reads and writes safetensors files.

A file is the size of the header, 8 bytes, little-endian; the header, JSON in UTF-8 that begins with
`{` and may end in blanks; and the values, little-endian. The header has for each tensor its dtype,
its shape and its data_offsets, begin and end in the values; `__metadata__` maps texts to texts. The
values are those of the tensors without gaps (the format's description, version 0.4, is in the
README of the safetensors project).
"""

import json
import math
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import tensorflow as tf
from frazo.program.errors import JobError

SUFFIX = ".safetensors"
_METADATA = "__metadata__"
_SIZE_BYTES = 8
# As in the format's own library.
_LARGEST_HEADER_BYTES = 100_000_000
# NumPy has arrays of up to 64 dimensions, and of less than 2 ** 63 bytes.
_MOST_DIMENSIONS = 32
_MOST_VALUES = 2**58
# Values begin at a multiple of it, so that a reader can map them.
_ALIGNMENT = 8

_HALF = re.compile("[\ud800-\udfff]")

_DTYPES: Mapping[str, np.dtype] = {
    "BOOL": np.dtype(np.bool_),
    "U8": np.dtype(np.uint8),
    "I8": np.dtype(np.int8),
    "F8_E5M2": np.dtype(tf.dtypes.experimental.float8_e5m2.as_numpy_dtype),
    "F8_E4M3": np.dtype(tf.dtypes.experimental.float8_e4m3fn.as_numpy_dtype),
    "I16": np.dtype("<i2"),
    "U16": np.dtype("<u2"),
    "F16": np.dtype("<f2"),
    "BF16": np.dtype(tf.bfloat16.as_numpy_dtype),
    "I32": np.dtype("<i4"),
    "U32": np.dtype("<u4"),
    "F32": np.dtype("<f4"),
    "F64": np.dtype("<f8"),
    "I64": np.dtype("<i8"),
    "U64": np.dtype("<u8"),
    "C64": np.dtype("<c8"),
}
_NAMES = {dtype: name for name, dtype in _DTYPES.items()}


class SafetensorsError(JobError):
    """A file is no safetensors file, or a tensor cannot be in one. str() names it."""


class Form(NamedTuple):
    """What a tensor is, without its values."""

    dtype: np.dtype
    shape: tuple[int, ...]

    @property
    def size_bytes(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


class _Entry(NamedTuple):
    form: Form
    begin: int
    end: int


def can_hold(dtype: np.dtype) -> bool:
    """Returns whether a file can have tensors of this type."""
    return dtype in _NAMES


def write_safetensors(
    path: Path,
    forms: Mapping[str, Form],
    read: Callable[[str], np.ndarray],
    metadata: Mapping[str, str],
) -> None:
    """Writes a file and waits until it is on the disk. An older one is replaced.

    Args:
      path: The file.
      forms: The tensors by name.
      read: Returns the values of a tensor; called once for each, in the order of the file.
      metadata: Texts by name.

    Raises:
      SafetensorsError: A type cannot be in such a file.
      OSError: The file cannot be written; a part of it may be there.
    """
    # Wide types first, so that all values are aligned; otherwise by name.
    order = sorted(forms, key=lambda name: (-forms[name].dtype.itemsize, name))
    header: dict[str, Any] = {_METADATA: dict(metadata)} if metadata else {}
    end = 0
    for name in order:
        form = forms[name]
        if not can_hold(form.dtype) or name == _METADATA:
            raise SafetensorsError(f"{name}: {form.dtype} cannot be in a safetensors file")
        begin, end = end, end + form.size_bytes
        header[name] = {
            "dtype": _NAMES[form.dtype],
            "shape": list(form.shape),
            "data_offsets": [begin, end],
        }
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % _ALIGNMENT)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(_SIZE_BYTES, "little") + text)
        for name in order:
            values = np.ascontiguousarray(read(name), forms[name].dtype)
            if values.shape != forms[name].shape and values.size != math.prod(forms[name].shape):
                raise ValueError(f"{name}: values of shape {values.shape}, not {forms[name].shape}")
            file.write(values.reshape(-1).view(np.uint8).data)
        file.flush()
        os.fsync(file.fileno())


class SafetensorsFile:
    """A file that is read tensor by tensor.

    Attributes:
      metadata: Texts by name.
      forms: The tensors by name, in the order of the file's values.
    """

    def __init__(self, path: Path):
        """Reads the header and checks all of it.

        Raises:
          SafetensorsError: The file is no safetensors file.
          OSError: It cannot be read.
        """
        self._path = path
        with open(path, "rb") as file:
            file_bytes = os.fstat(file.fileno()).st_size
            size = int.from_bytes(file.read(_SIZE_BYTES), "little")
            self._check(file_bytes >= _SIZE_BYTES, "is too short for a safetensors file")
            self._check(
                size <= min(file_bytes - _SIZE_BYTES, _LARGEST_HEADER_BYTES),
                f"the header would have {size:,} bytes of {file_bytes:,}; it is no safetensors file, "
                "or its end is missing",
            )
            text = file.read(size)
        self._begin = _SIZE_BYTES + size
        header = self._parsed(text)
        metadata = header.pop(_METADATA, {})
        self._check(
            isinstance(metadata, dict) and all(isinstance(v, str) for v in metadata.values()),
            "__metadata__ does not map texts to texts",
        )
        self.metadata: Mapping[str, str] = metadata
        entries = {name: self._entry(name, value) for name, value in header.items()}
        in_order = sorted(entries, key=lambda name: (entries[name].begin, entries[name].end))
        end = 0
        for name in in_order:
            self._check(
                entries[name].begin == end,
                f"the values of '{name}' begin at {entries[name].begin:,}, not at {end:,}",
            )
            end = entries[name].end
        self._check(
            end == file_bytes - self._begin,
            f"the values end at {end:,}; the file has {file_bytes - self._begin:,} bytes of them",
        )
        self._entries = {name: entries[name] for name in in_order}
        self.forms: Mapping[str, Form] = {name: e.form for name, e in self._entries.items()}

    def read(self, name: str) -> np.ndarray:
        """Returns the values of a tensor.

        Raises:
          SafetensorsError: The file has become shorter.
          OSError: It cannot be read.
        """
        form, begin, end = self._entries[name]
        values = np.empty(end - begin, np.uint8)
        with open(self._path, "rb") as file:
            file.seek(self._begin + begin)
            count = file.readinto(values.data)
        self._check(count == end - begin, f"the values of '{name}' are not there any more")
        return values.view(form.dtype).reshape(form.shape)

    def _parsed(self, text: bytes) -> dict[str, Any]:
        self._check(text.startswith(b"{"), "the header does not begin with {")
        try:
            header = json.loads(text.decode(), object_pairs_hook=self._unique)
        except (ValueError, RecursionError) as error:
            raise SafetensorsError(f"{self._path}: the header is no JSON: {error}") from error
        return header

    def _unique(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        self._check(len(members) == len(pairs), "the header has a name twice")
        return members

    def _entry(self, name: str, value: Any) -> _Entry:
        # JSON can name halves of characters, which no text has.
        self._check(not _HALF.search(name), f"the name {name!r:.200} is no text")
        self._check(
            isinstance(value, dict) and value.keys() == {"dtype", "shape", "data_offsets"},
            f"'{name}' has not dtype, shape and data_offsets alone",
        )
        dtype, shape, offsets = value["dtype"], value["shape"], value["data_offsets"]
        known = isinstance(dtype, str) and dtype in _DTYPES
        self._check(known, f"'{name}' is of the type {dtype!r}, which is not known")
        self._check(_is_shape(shape), f"'{name}' has the shape {shape!r:.200}")
        self._check(
            _are_sizes(offsets) and len(offsets) == 2,
            f"'{name}' has the data_offsets {offsets!r:.200}",
        )
        entry = _Entry(Form(_DTYPES[dtype], tuple(shape)), *offsets)
        self._check(
            entry.end - entry.begin == entry.form.size_bytes,
            f"'{name}' has {entry.form.size_bytes:,} bytes by its shape, {entry.end - entry.begin:,} "
            "by its data_offsets",
        )
        return entry

    def _check(self, holds: bool, problem: str) -> None:
        if not holds:
            raise SafetensorsError(f"{self._path}: {problem}")


def _are_sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(size) is int and size >= 0 for size in value)


def _is_shape(value: Any) -> bool:
    if not _are_sizes(value) or len(value) > _MOST_DIMENSIONS:
        return False
    # NumPy counts the sizes beside a 0, too.
    return math.prod(max(size, 1) for size in value) <= _MOST_VALUES
