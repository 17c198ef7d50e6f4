"""Writes what the commands make, and tells of it."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.manifest import checkpoint_name
from frazo.checkpoint.new_logdir import TRAIN_FOLDER, write_new_logdir
from frazo.checkpoint.run_status import Finished
from frazo.checkpoint.saved_tensor import SavedTensor
from frazo.program.errors import JobError
from frazo.program.number_format import format_bytes
from frazo_tools.checkpoint.source import TensorEntry
from frazo_tools.progress import Progress

# TensorFlow adds the names of its nodes to a message.
_NODE_NAMES = re.compile(r"\{\{.*?\}\}\s*|\s*\[Op:\w+\]")


def write_logdir(
    out: Path,
    step: int,
    tensors: Iterable[tuple[str, tf.Tensor]],
    total_bytes: int,
    finished: Finished | None = None,
) -> None:
    """Writes a new log directory with one checkpoint, and prints its path and size.

    Args:
      out: The log directory.
      step: The step of the checkpoint.
      tensors: Names and values; taken one after the other.
      total_bytes: Of all values.
      finished: How the training ended; None: it goes on.

    Raises:
      JobError, OSError: It exists, or it cannot be written; nothing is left behind.
    """
    with Progress(f"writing {format_bytes(total_bytes)}", total_bytes) as progress:

        def saved() -> Iterator[SavedTensor]:
            done = 0
            for name, value in tensors:
                yield SavedTensor.whole(name, value)
                done += _bytes(value)
                progress(done)

        with write_errors(out):
            manifest = write_new_logdir(out, step, saved(), finished=finished)
    prefix = out / TRAIN_FOLDER / checkpoint_name(step)
    print(f"{prefix}: {format_bytes(manifest.size_bytes)}")


@contextlib.contextmanager
def write_errors(out: Path) -> Iterator[None]:
    """Turns errors that do not name a file into JobErrors that name what was to be written."""
    try:
        yield
    except OSError as error:
        # One without a number has a text of its own.
        if error.errno is None or error.filename is not None:
            raise
        raise JobError(
            f"{out}: cannot be written: {error.strerror}. Nothing is left behind"
        ) from error
    except tf.errors.OpError as error:
        cause = _NODE_NAMES.sub("", error.message)
        raise JobError(f"{out}: cannot be written: {cause}. Nothing is left behind") from error


def sizes(entries: Iterable[TensorEntry]) -> int:
    """Returns the bytes of the tensors whose size is known."""
    return sum(entry.size_bytes or 0 for entry in entries)


def _bytes(value: tf.Tensor) -> int:
    return 0 if value.dtype in (tf.string, tf.variant) else value.dtype.size * int(tf.size(value))
