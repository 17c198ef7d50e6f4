"""The files that a subcommand of //tools:records reads."""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from frazo import _core

FORMATS = ["tfrecord", "text"]
COMPRESSIONS = ["none", "gzip", "zlib", "zstd"]

# So many that Python's cost per record is small. A run holds the records in memory, some 256 KiB.
_RUN_RECORDS = 1 << 16
# The first bytes of compressed files.
_HEAD_BYTES = 12
# Assumed ratio of compression until a compressed file has been read to its end.
_USUAL_EXPANSION = 4.0


class RecordsError(Exception):
    """str() is the whole message: what is wrong, where, and the remedy."""


class Damage(NamedTuple):
    """A region of a file that holds no readable record.

    byte and length count after decompression. A length of None means the rest of the file. cause
    names the file, the record and the byte.
    """

    path: str
    record: int
    byte: int
    length: int | None
    cause: str


class Run(NamedTuple):
    """Consecutive records of a file: record i is data[extents[i, 0]:extents[i, 1]].

    Attributes:
      data: uint8 [bytes].
      extents: int64 [records, 2].
    """

    path: str
    first: int
    data: np.ndarray
    extents: np.ndarray

    @property
    def record_bytes(self) -> int:
        return int((self.extents[:, 1] - self.extents[:, 0]).sum())

    def records(self) -> Iterator[bytes]:
        data = self.data.data
        for begin, end in self.extents.tolist():
            yield bytes(data[begin:end])


def guess_compression(path: str) -> str:
    """Returns the compression that the first bytes of a file show; none if they show none, or if
    it cannot be opened.
    """
    try:
        with open(path, "rb") as file:
            return _core.guess_compression(file.read(_HEAD_BYTES)) or "none"
    except OSError:
        return "none"


class RecordFiles:
    """The files that match patterns, sorted by path."""

    def __init__(
        self,
        patterns: Sequence[str],
        *,
        file_format: str = "tfrecord",
        compression: str | None = None,
        max_record_bytes: int = 1 << 30,
    ) -> None:
        """Finds the files.

        Args:
          patterns: As in frazo.FileSet, or lists of patterns with commas between.
          file_format: Format of the files.
          compression: None: the compression that the first bytes of each file show.
          max_record_bytes: A longer record is damage.

        Raises:
          FrazoError: A pattern matches nothing, or something other than files.
        """
        self._files = _core.find_record_files(_without_commas(patterns))
        self._format = file_format
        self._compression = compression
        self._max_record_bytes = max_record_bytes
        self._expansion: float | None = None

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self._files]

    @property
    def file_format(self) -> str:
        return self._format

    @property
    def file_bytes(self) -> int:
        """Bytes of all files together on the disk."""
        return sum(size for _, size in self._files)

    def size(self, path: str) -> int:
        return dict(self._files)[path]

    def compression(self, path: str) -> str:
        """Returns the compression of a file; none if it cannot be opened: open() will raise the
        error.
        """
        if self._compression is not None:
            return self._compression
        # Text may begin like zlib, whose signature is short.
        known = COMPRESSIONS if self._format == "tfrecord" else ["gzip", "zstd"]
        guess = guess_compression(path)
        return guess if guess in known else "none"

    def open(self, path: str) -> _core.RecordFile:
        return _core.RecordFile(
            path,
            format=self._format,
            compression=self.compression(path),
            max_record_bytes=self._max_record_bytes,
        )

    def runs(
        self,
        progress: Callable[[int], None],
        on_damage: Callable[[Damage], None] | None = None,
    ) -> Iterator[Run]:
        """Yields all records in order. A run may be empty.

        Args:
          progress: Called with the number of bytes of file_bytes that are done.
          on_damage: Called with each damaged region, after which reading continues. None makes
            damage an error.
        """
        done = 0
        for path, size in self._files:
            yield from self._file_runs(
                path, size, lambda at, done=done: progress(done + at), on_damage
            )
            done += size
            progress(done)

    def _file_runs(
        self,
        path: str,
        size: int,
        progress: Callable[[int], None],
        on_damage: Callable[[Damage], None] | None,
    ) -> Iterator[Run]:
        file = self.open(path)
        is_compressed = self.compression(path) != "none"
        expansion = (self._expansion or _USUAL_EXPANSION) if is_compressed else 1.0
        while True:
            first, byte = file.position
            progress(min(int(byte / expansion), size))
            try:
                data, extents = file.read_run(_RUN_RECORDS)
            except (_core.DataLossError, _core.InvalidArgumentError) as error:
                if on_damage is None:
                    raise
                first, byte = file.position
                length = file.skip_damage()
                on_damage(Damage(path, first, byte, length, str(error)))
                if length is None:
                    return
                continue
            yield Run(path, first, data, extents)
            if not len(extents):
                break
        if is_compressed and size:
            self._expansion = byte / size


def add_reading_arguments(parser: argparse.ArgumentParser, *, writes: bool = False) -> None:
    """Adds the arguments by which files are found and read. open_files() takes them.

    Args:
      parser: The parser.
      writes: Whether the subcommand also writes files, so that --compression is theirs.
    """
    parser.add_argument("patterns", nargs="+", metavar="PATTERN", help="files to read")
    parser.add_argument(
        "--from" if writes else "--format",
        dest="file_format",
        choices=FORMATS,
        default="tfrecord",
        help="format of the files read (text: a record is a line); default: tfrecord",
    )
    parser.add_argument(
        "--from_compression" if writes else "--compression",
        dest="from_compression",
        choices=COMPRESSIONS,
        help="of the files read; default: what their first bytes show (zlib only for tfrecord)",
    )
    parser.add_argument(
        "--max_record_bytes",
        type=whole_number(1),
        default=1 << 30,
        metavar="BYTES",
        help="a longer record counts as damage; default: 1 GiB",
    )


def open_files(options: argparse.Namespace) -> RecordFiles:
    return RecordFiles(
        options.patterns,
        file_format=options.file_format,
        compression=options.from_compression,
        max_record_bytes=options.max_record_bytes,
    )


def whole_number(minimum: int) -> Callable[[str], int]:
    """Returns the argparse type of a whole number >= `minimum`, which is 0 or more."""

    def parse(value: str) -> int:
        number = int(value) if value.isdecimal() else -1
        if number < minimum:
            raise argparse.ArgumentTypeError(f"'{value}' is not a whole number >= {minimum}")
        return number

    return parse


def _without_commas(patterns: Sequence[str]) -> list[str]:
    parts = []
    for pattern in patterns:
        # The pattern may be a file whose name has a comma.
        parts += [pattern] if os.path.exists(pattern) else pattern.split(",")
    return parts
