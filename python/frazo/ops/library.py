"""The library of Frazo's TensorFlow ops, loaded once, when the first of them is asked for."""

from __future__ import annotations

import functools
import pathlib
import types

import tensorflow as tf

_LIBRARY = "libfrazo_ops.so"


@functools.cache
def op_library() -> types.ModuleType:
    """Its functions, named frazo_ and the op's name in lower case. FileNotFoundError: it is not there."""
    return tf.load_op_library(str(find_library(pathlib.Path(__file__).absolute().parents[1])))


def find_library(package: pathlib.Path) -> pathlib.Path:
    """The library of ops beside the package `frazo`, or where Bazel puts it in the tree that holds it."""
    places = [package / _LIBRARY, package.parents[1] / "core" / "ops" / _LIBRARY]
    for place in places:
        if place.exists():
            return place
    raise FileNotFoundError(
        f"{_LIBRARY} is in neither of {', '.join(map(str, places))}: run the program with Bazel and"
        " //python/frazo/ops among its deps, or build //core/ops:frazo_ops and copy the library into the first"
    )


def load() -> None:
    """Loads the library now: for a SavedModel, whose graph names its ops.

    Raises FileNotFoundError naming the places where it should be.
    """
    op_library()
