"""Errors that a disk or a graph causes during a job."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import tensorflow as tf
from frazo.program.errors import JobError


@contextlib.contextmanager
def disk_and_graph_errors(directory: Path) -> Iterator[None]:
    """Turns errors of the operating system and of TensorFlow into JobErrors.

    Args:
      directory: Named in the message if the error does not name a file.
    """
    try:
        yield
    except OSError as error:
        raise JobError(
            f"{error.filename or directory}: {error.strerror or error}. Check the disk and --logdir."
        ) from error
    except tf.errors.OpError as error:
        raise JobError(f"a TensorFlow operation failed: {error.message}") from error
