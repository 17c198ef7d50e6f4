"""Files that are either whole or absent, also after a power cut."""

import os
from pathlib import Path

TEMPORARY_SUFFIX = ".tmp"


def sync_file(path: Path) -> None:
    """Waits until the file's content is on the disk. OSError: the disk refused it."""
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
    """Puts `text` into `path`: a reader sees the old content or the new one, never a part.

    OSError: nothing was changed.
    """
    aside = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        with open(aside, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        # Not every call's error says which file it was.
        raise OSError(error.errno, error.strerror, str(path)) from error
    sync_directory(path.parent)
