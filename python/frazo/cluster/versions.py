"""What a member runs."""

from importlib import metadata

from frazo.version import VERSION

# Names under which TensorFlow is distributed.
_TENSORFLOW = ("tensorflow", "tensorflow-cpu")


def version_line() -> str:
    """Returns the versions of Frazo and TensorFlow, without importing TensorFlow."""
    for name in _TENSORFLOW:
        try:
            return f"frazo {VERSION}, tensorflow {metadata.version(name)}"
        except metadata.PackageNotFoundError:
            continue
    return f"frazo {VERSION}, no tensorflow"
