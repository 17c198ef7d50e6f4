"""Reads files and members of archives that others made, up to a size that each may have.

A few bytes of a compressed file can stand for any number of bytes.
"""

from typing import Protocol


class TooLargeError(Exception):
    """The content is larger than it may be. str() says how large that is."""


class ReadableFile(Protocol):
    """A file of bytes, or a member of an archive."""

    def read(self, size: int, /) -> bytes: ...


def read_bounded(file: ReadableFile, limit: int) -> bytes:
    """Returns what is left of the file.

    Args:
        limit: bytes that it may have; > 0.

    Raises:
        TooLargeError: it has more. At most one byte more was read.
        OSError, EOFError, zlib.error: as reading `file` does.
    """
    content = file.read(limit + 1)
    if len(content) > limit:
        raise TooLargeError(f"it holds more than {limit:,} bytes")
    return content
