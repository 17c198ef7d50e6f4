"""Imports TensorFlow quickly: without its messages, Keras, and the collector of garbage."""

import contextlib
import gc
import os
from collections.abc import Iterator

from frazo.quiet_standard_error import quiet_standard_error

# With this set, TensorFlow looks for tf_keras at its import, and does without where there is none.
_KERAS_CHOICE = "TF_USE_LEGACY_KERAS"


def start_tensorflow(*, shows_messages: bool = False) -> None:
    """Imports TensorFlow, which takes seconds. Check everything else before this call.

    Keras takes a third of these seconds, so it is imported only when a program first uses it, as
    tf.keras, say. Who sets TF_USE_LEGACY_KERAS gets what TensorFlow does with it. Python's
    collector of garbage rests during the import, and never looks at what is there after it.

    Args:
      shows_messages: Whether TensorFlow's own messages are shown. Otherwise its output to standard
        error during the import is shown only if the import fails.
    """
    with _keras_on_demand(), _no_collections():
        if shows_messages:
            import tensorflow

            return
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        with quiet_standard_error():
            import tensorflow  # noqa: F401


@contextlib.contextmanager
def _keras_on_demand() -> Iterator[None]:
    if _KERAS_CHOICE in os.environ:
        yield
        return
    os.environ[_KERAS_CHOICE] = "1"
    try:
        yield
    finally:
        # TensorFlow reads it again at the first use of Keras.
        del os.environ[_KERAS_CHOICE]


@contextlib.contextmanager
def _no_collections() -> Iterator[None]:
    # The import makes 400,000 objects, and most stay. To look at them again and again takes a third
    # of the time of the import, and to look once more at the end of the process takes as long as
    # that of a small program.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_enabled:
            gc.enable()
