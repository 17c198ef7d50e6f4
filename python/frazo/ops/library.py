"""The library of Frazo's TensorFlow ops, loaded once, at the first use of an op."""

from __future__ import annotations

import functools
import pathlib
import types

import tensorflow as tf

_LIBRARY = "libfrazo_ops.so"


@functools.cache
def op_library() -> types.ModuleType:
    """Returns the module of the ops, named frazo_ and the op's name in lower case.

    Raises:
      FileNotFoundError: The library is missing.
    """
    return tf.load_op_library(str(find_library(pathlib.Path(__file__).absolute().parents[1])))


def find_library(package: pathlib.Path) -> pathlib.Path:
    """Returns the path of the library beside the package `frazo`, or in Bazel's tree that
    holds it.
    """
    candidates = [package / _LIBRARY, package.parents[1] / "core" / "ops" / _LIBRARY]
    for path in candidates:
        if path.exists():
            return path
    raise FileNotFoundError(
        f"{_LIBRARY} is in none of {', '.join(map(str, candidates))}: run the program with Bazel and"
        " //python/frazo/ops among its deps, or build //core/ops:frazo_ops and copy the library into the first"
    )


def load() -> None:
    """Loads the library now, for a SavedModel whose graph names its ops.

    Raises:
      FileNotFoundError: The library is missing; the message names the paths where it should be.
    """
    op_library()
