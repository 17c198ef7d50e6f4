"""Paths that TensorFlow would take for patterns.

TensorFlow's readers of checkpoints and SavedModels look for files that match a path. They take the
characters *, ?, [ and \\ in it for a pattern, and no spelling tells them that a path is meant.
"""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_PATTERN_CHARACTERS = frozenset("*?[\\")


def is_pattern(path: str | Path) -> bool:
    """Returns whether TensorFlow would take the path for a pattern."""
    return not _PATTERN_CHARACTERS.isdisjoint(str(path))


@contextlib.contextmanager
def literal_prefix(prefix: str) -> Iterator[str]:
    """Yields another path of a checkpoint that TensorFlow can read as long as the context lasts.

    Args:
      prefix: Path of the checkpoint. Its last part has no pattern characters; the name of its
        folder may have them.

    Raises:
      OSError: The folder cannot be opened.
    """
    folder, name = os.path.split(prefix)
    if not is_pattern(folder):
        yield prefix
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # The system's own name of the open folder.
        yield f"/proc/self/fd/{descriptor}/{name}"
    finally:
        os.close(descriptor)
