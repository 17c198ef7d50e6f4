"""Writes files that are either whole or absent, even after a power cut."""

import os
from pathlib import Path

# What has this suffix is ours and may be removed.
TEMPORARY_SUFFIX = ".frazo-tmp"


def sync_file(path: Path) -> None:
    """Waits until the file's content is on the disk. Raises OSError if the disk refuses it."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Waits until the directory's entries (renames, removals) are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_text(path: Path, text: str) -> None:
    """Writes `text` to `path` as write_bytes does."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Writes `content` to `path`. A reader sees the old content or the new content, never a part.

    A link at `path` is replaced. No link is followed, so that in a folder which others can write to
    nobody can choose the file that is written. A file has one writer.

    Raises OSError if writing fails; the old content is then unchanged.
    """
    aside = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        # A killed process may have left it.
        aside.unlink(missing_ok=True)
        with open(aside, "xb", opener=_open_new) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        # Not every call's error names the file.
        raise OSError(error.errno, error.strerror, str(path)) from error
    except BaseException:  # Ctrl+C.
        aside.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def _open_new(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
