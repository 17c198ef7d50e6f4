"""Loads libraries that add steps and record formats to the C++ runtime."""

from __future__ import annotations

import ctypes
import os


def load_plugin(path: str | os.PathLike[str]) -> None:
    """Loads a library of the rule frazo_plugin, for the rest of the process.

    Its steps are then `custom` steps of processors, and its record formats are formats of files,
    in frazo.Pipeline, frazo.ops and the jobs. A plugin is a program: load only what you trust.

    Raises:
      OSError: The library cannot be loaded; the message names it.
    """
    # The runtime that the library registers its parts with.
    from frazo import _core  # noqa: F401

    # Without a folder in its name the system would look for it elsewhere.
    ctypes.CDLL(os.path.abspath(path))
