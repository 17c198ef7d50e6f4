"""Imports TensorFlow without its messages."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator


def start_tensorflow(*, shows_messages: bool = False) -> None:
    """Imports TensorFlow, which takes seconds. Check everything else before this call.

    Args:
      shows_messages: Whether TensorFlow's own messages are shown. Otherwise its output to standard
        error during the import is shown only if the import fails.
    """
    if shows_messages:
        import tensorflow

        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with quiet_standard_error():
        import tensorflow  # noqa: F401


@contextlib.contextmanager
def quiet_standard_error() -> Iterator[None]:
    """Holds back what libraries write to standard error; shows it where the block raises."""
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
