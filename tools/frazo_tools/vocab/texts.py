"""The texts of a vocabulary: lines of files, or records, or columns of either."""

import contextlib
import functools
import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from frazo import _core
from frazo_tools.records.tf_example_features import ExampleError, bytes_features
from frazo_tools.text_start import Utf16Error, checked_first_line

_GZIP_MAGIC = b"\x1f\x8b"
# Bytes of a line, unpacked: the default of the records' max_record_bytes. A few bytes of gzip could
# otherwise fill the memory.
MAX_LINE_BYTES = 1 << 30

# Called with the number of bytes read from the files on disk so far.
Progress = Callable[[int], None]


class TextError(Exception):
    """A file is not as the options say. str() names the file, the position and the remedy."""


class Texts:
    """The texts of some files, as bytes. They can be read more than once.

    Args:
      paths: Files, read one after the other.
      file_format: "text" (one text per line, gzip recognised, a byte order mark passed over) or
        "tfrecord" (one text per record).
      columns: Empty: a line or record is a text. Numbers: a line or record is divided at tabs, and
        these parts are the texts, counted from 0. Names: records are tf.Example, and every value of
        these bytes features is a text.
      compression: Of tfrecord files: none, gzip, zlib or zstd.
      normalize: Applied to each text.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        file_format: str,
        columns: Sequence[str] = (),
        compression: str = "none",
        normalize: Callable[[bytes], bytes] = lambda text: text,
    ) -> None:
        self._paths = list(paths)
        self._file_format = file_format
        self._compression = compression
        self._normalize = normalize
        self._numbers = [int(column) for column in columns if column.isdecimal()]
        self._names = [column for column in columns if not column.isdecimal()]
        if self._numbers and self._names:
            raise TextError(
                f"--columns={','.join(columns)} mixes numbers (of tab-separated columns) with names "
                "(of tf.Example features)"
            )
        if self._names and file_format != "tfrecord":
            raise TextError(
                f"--columns={','.join(columns)} names features of tf.Example records, which need "
                "--format=tfrecord; columns of text files are numbered from 0"
            )
        for path in self._paths:
            if not path.is_file():
                what = "is a folder" if path.is_dir() else "does not exist"
                raise TextError(f"{path}: {what}; name the files that hold the texts")

    @property
    def file_bytes(self) -> int:
        """Bytes of all files together on the disk."""
        return sum(path.stat().st_size for path in self._paths)

    def read(self, progress: Progress = lambda bytes_read: None) -> Iterator[bytes]:
        """Yields the texts in order.

        Raises:
            TextError: a file is damaged, or a record has no such column.
        """
        done = 0
        for path in self._paths:
            lines = self._records if self._file_format == "tfrecord" else self._lines
            for number, line in enumerate(lines(path, lambda at, done=done: progress(done + at))):
                yield from map(self._normalize, self._columns(path, number, line))
            done += path.stat().st_size
            progress(done)

    def _lines(self, path: Path, progress: Progress) -> Iterator[bytes]:
        try:
            with path.open("rb") as file:
                is_gzip = file.peek(2)[:2] == _GZIP_MAGIC
                with gzip.open(file) if is_gzip else contextlib.nullcontext(file) as lines:
                    read_line = functools.partial(lines.readline, MAX_LINE_BYTES + 1)
                    for number, line in enumerate(iter(read_line, b"")):
                        if len(line) > MAX_LINE_BYTES:
                            raise TextError(
                                f"{path}: line {number + 1} has more than {MAX_LINE_BYTES:,} bytes; "
                                "divide it, or leave the file out"
                            )
                        if number == 0:
                            line = checked_first_line(line, str(path))
                        if number % 4096 == 0:
                            progress(os.lseek(file.fileno(), 0, os.SEEK_CUR))
                        yield line.removesuffix(b"\n").removesuffix(b"\r")
        except Utf16Error as error:
            raise TextError(str(error)) from error
        except (OSError, EOFError, zlib.error) as error:
            raise TextError(f"{path}: cannot be read ({error}); fetch the file again") from error

    def _records(self, path: Path, progress: Progress) -> Iterator[bytes]:
        size = path.stat().st_size
        bytes_read = 0
        try:
            for record in _core.RecordReader(path, compression=self._compression):
                bytes_read += len(record) + 16  # Eight bytes of length, four of each checksum.
                progress(min(bytes_read, size))
                yield record
        except _core.FrazoError as error:
            raise TextError(str(error)) from error

    def _columns(self, path: Path, number: int, line: bytes) -> Iterator[bytes]:
        if self._names:
            yield from self._features(path, number, line)
            return
        if not self._numbers:
            yield line
            return
        columns = line.split(b"\t")
        for column in self._numbers:
            if column >= len(columns):
                unit = "record" if self._file_format == "tfrecord" else "line"
                place = number if unit == "record" else number + 1
                raise TextError(
                    f"{path}: {unit} {place} has {len(columns)} tab-separated columns, so there is no column "
                    f"{column}; they are counted from 0"
                )
            yield columns[column]

    def _features(self, path: Path, number: int, record: bytes) -> Iterator[bytes]:
        try:
            features = bytes_features(record)
        except ExampleError as error:
            raise TextError(
                f"{path}: record {number} is not a tf.Example ({error}); without names in --columns "
                "a record is read as text"
            ) from error
        for name in self._names:
            if name not in features:
                known = ", ".join(sorted(features)) or "none"
                raise TextError(
                    f"{path}: record {number} has no bytes feature '{name}'; it has: {known}"
                )
            yield from features[name]
