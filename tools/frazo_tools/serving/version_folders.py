"""The exports below a model's base path."""

import contextlib
import os
from pathlib import Path
from typing import NamedTuple

from frazo.export.export_folder import DIRECTORY, SAVED_MODEL

# The version of an export whose folder has no number.
_ONLY_VERSION = 1
# Those of a number of 63 bits.
_MOST_DIGITS = 18


class VersionFolder(NamedTuple):
    """An export.

    Attributes:
      version: Its number.
      path: Its folder.
      fingerprint: Differs when something in the folder has changed.
    """

    version: int
    path: Path
    fingerprint: int


def version_folders(base: Path) -> list[VersionFolder]:
    """Returns the exports of a model, the newest first.

    They are BASE/1, BASE/2, ..., and one without a number, BASE/inference_graph or BASE itself,
    which is version 1 if there is no BASE/1.

    Args:
      base: The base path.
    """
    places = [(_ONLY_VERSION, base), (_ONLY_VERSION, base / DIRECTORY), *_numbered(base)]
    found = {version: path for version, path in places if os.path.isfile(path / SAVED_MODEL)}
    return [
        VersionFolder(version, path, _fingerprint(path))
        for version, path in sorted(found.items(), reverse=True)
    ]


def _numbered(base: Path) -> list[tuple[int, Path]]:
    with contextlib.suppress(OSError):
        return [(int(path.name), path) for path in base.iterdir() if _is_number(path.name)]
    return []


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdecimal() and len(name) <= _MOST_DIGITS


def _fingerprint(folder: Path) -> int:
    files = []
    # Somebody may just be replacing it: os.walk() passes over folders that vanish.
    for parent, _, names in os.walk(folder):
        for path in (os.path.join(parent, name) for name in names):
            with contextlib.suppress(OSError):
                about = os.stat(path)
                files.append((path, about.st_ino, about.st_size, about.st_mtime_ns))
    return hash(tuple(sorted(files)))
