"""Imports TensorFlow without its messages."""

import os

from frazo.quiet_standard_error import quiet_standard_error


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
