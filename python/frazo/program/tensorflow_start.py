"""Imports TensorFlow without its messages."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


def start_tensorflow() -> None:
    """Imports TensorFlow, which takes seconds. Check everything else before this call.

    TensorFlow's output to standard error during the import is shown only if the import fails.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with _quiet_standard_error():
        import tensorflow  # noqa: F401


@contextlib.contextmanager
def _quiet_standard_error() -> Iterator[None]:
    sys.stderr.flush()
    own = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(own, held.read())
            raise
        finally:
            os.dup2(own, 2)
            os.close(own)
