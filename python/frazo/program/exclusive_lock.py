"""Ensures that a directory has one writer."""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from frazo.program.errors import JobError

_FILE = "lock"


@contextlib.contextmanager
def exclusive_lock(directory: Path) -> Iterator[None]:
    """Holds the directory for this process. The system releases it whenever the process ends.

    Raises:
      JobError: Another process holds the directory.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / _FILE
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise JobError(
                f"{path}: another trainer (process {file.read().strip() or 'unknown'}) is writing to {directory}. "
                "Wait for it, end it, or give another --logdir."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
