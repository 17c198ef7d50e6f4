"""Ensures that a directory has one writer."""

import contextlib
import errno
import fcntl
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from frazo.program.errors import JobError

_FILE = "lock"

# A process number and a line end. The width is fixed, so that a new number hides an old one and the
# file is never truncated.
_NUMBER_WIDTH = 19
_CONTENT = re.compile(rb"[0-9]* *\n?")


@contextlib.contextmanager
def exclusive_lock(directory: Path, writer: str = "trainer") -> Iterator[None]:
    """Holds the directory for this process. The system releases it whenever the process ends.

    The lock is the file `lock` in it, which holds the number of the process.

    Args:
      directory: It is made if it does not exist.
      writer: What the process is, for errors.

    Raises:
      JobError: Another process holds the directory, or `lock` is something else.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / _FILE
    descriptor = _open(path, writer)
    try:
        holder = _number(descriptor, path, writer)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JobError(
                f"{path}: another {writer} (process {holder or 'unknown'}) is writing to {directory}. "
                "Wait for it, end it, or give another --logdir."
            ) from None
        os.pwrite(descriptor, f"{os.getpid():<{_NUMBER_WIDTH}}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path, writer: str) -> int:
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o666)
    except OSError as error:
        if error.errno not in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise
        raise _not_a_lock(path, writer) from error


def _number(descriptor: int, path: Path, writer: str) -> str:
    """Returns the process number in the file, or "" for a new file.

    Raises:
      JobError: The file is not one that exclusive_lock wrote.
    """
    kind = os.fstat(descriptor).st_mode
    # One byte more than a lock has.
    content = os.pread(descriptor, _NUMBER_WIDTH + 2, 0) if stat.S_ISREG(kind) else None
    if content is None or len(content) > _NUMBER_WIDTH + 1 or not _CONTENT.fullmatch(content):
        raise _not_a_lock(path, writer)
    return content.decode().strip()


def _not_a_lock(path: Path, writer: str) -> JobError:
    return JobError(
        f"{path}: is not the lock of a {writer}, and is left as it is. Move it away, or give another "
        "--logdir."
    )
