"""The release of TensorFlow that Frazo's libraries are linked with."""

from __future__ import annotations

import importlib.util
import pathlib

# The C++ interface of TensorFlow's library changes with each release.
TENSORFLOW_VERSION = "2.21.0"


class TensorflowVersionError(ImportError):
    """The installed TensorFlow is another release than that of Frazo's libraries."""


def check_tensorflow() -> None:
    """Checks the installed TensorFlow without importing it, which takes seconds.

    Without any TensorFlow the runtime works, too.

    Raises:
      TensorflowVersionError: It is another release; the message names both, and the mend.
    """
    found = installed_tensorflow()
    if found is None or found[0] == TENSORFLOW_VERSION:
        return
    version, folder = found
    raise TensorflowVersionError(
        f"Frazo's libraries are linked with TensorFlow {TENSORFLOW_VERSION}; {folder} has {version}."
        f" Install that release: pip install tensorflow-cpu=={TENSORFLOW_VERSION}"
        f" (with GPUs tensorflow[and-cuda]=={TENSORFLOW_VERSION})"
    )


def installed_tensorflow() -> tuple[str, pathlib.Path] | None:
    """Returns the version of the TensorFlow that `import tensorflow` would load and its folder;
    None if there is none, or its version is not to be found.
    """
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or spec.origin is None:
        return None
    folder = pathlib.Path(spec.origin).parent
    # The names of its distributions: tensorflow, tensorflow_cpu, tensorflow_intel, tf_nightly, ...
    for pattern in ("tensorflow-*.dist-info", "tensorflow_*-*.dist-info", "tf_nightly*.dist-info"):
        for information in sorted(folder.parent.glob(pattern)):
            if _holds_tensorflow(information):
                return information.name.removesuffix(".dist-info").split("-", 1)[1], folder
    return None


def _holds_tensorflow(information: pathlib.Path) -> bool:
    """Returns whether a distribution is TensorFlow itself, and not a package that goes with it."""
    with (information / "RECORD").open(encoding="utf-8") as record:
        return any(line.startswith("tensorflow/__init__.py,") for line in record)
