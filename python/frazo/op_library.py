"""Where the library of Frazo's TensorFlow ops is."""

import pathlib

_LIBRARY = "libfrazo_ops.so"
_RUNTIME = "libfrazo_runtime.so"
_PACKAGE = pathlib.Path(__file__).absolute().parent


def is_installed(package: pathlib.Path = _PACKAGE) -> bool:
    """Returns whether this is an installed package, which has its libraries in it, and not a part
    of Bazel's tree.
    """
    return (package / _RUNTIME).exists()


def find_op_library(package: pathlib.Path = _PACKAGE) -> pathlib.Path:
    """Returns the path of the library in the package `frazo`, or in Bazel's tree that holds it.

    Raises:
      FileNotFoundError: The library is missing; the message names the paths where it should be.
    """
    candidates = [package / _LIBRARY, package.parents[1] / "core" / "ops" / _LIBRARY]
    for path in candidates:
        if path.exists():
            return path
    raise FileNotFoundError(
        f"{_LIBRARY} is in none of {', '.join(map(str, candidates))}: run the program with Bazel and"
        " //python/frazo/ops among its deps, or build //core/ops:frazo_ops and copy the library into"
        " the first"
    )
