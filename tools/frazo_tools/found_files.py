"""Finds the files that a program's arguments name."""

import glob
from collections.abc import Sequence
from pathlib import Path


class NoFileError(Exception):
    """A pattern names nothing. str() has the pattern."""


def find_files(patterns: Sequence[str], endings: Sequence[str]) -> list[Path]:
    """Returns the files that patterns name, in the order of the patterns.

    Args:
      patterns: Paths, globs and folders. A file is taken whatever its ending.
      endings: What files of folders, and of their folders, are taken, such as .flac.

    Raises:
      NoFileError: A pattern names no file.
    """
    paths: list[Path] = []
    for pattern in patterns:
        # A path with brackets is no glob if there is such a file.
        found = [pattern] if Path(pattern).exists() else sorted(glob.glob(pattern))
        inner = [path for name in found for path in _files(Path(name), endings)]
        if not inner:
            expected = f" ending in {', '.join(endings)}" if found else ""
            raise NoFileError(f"{pattern} names no file{expected}")
        paths += inner
    return paths


def _files(path: Path, endings: Sequence[str]) -> list[Path]:
    if not path.is_dir():
        return [path]
    return sorted(file for file in path.rglob("*") if file.suffix.lower() in endings)
