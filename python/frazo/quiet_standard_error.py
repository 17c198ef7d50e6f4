"""Holds back what libraries say at their start."""

import contextlib
import os
import sys
from collections.abc import Iterator

_PIECE_BYTES = 1 << 16


@contextlib.contextmanager
def quiet_standard_error() -> Iterator[None]:
    """Holds back what libraries write to standard error; shows it where the block raises."""
    sys.stderr.flush()
    own = os.dup(2)
    held = os.memfd_create("standard error")
    os.dup2(held, 2)
    try:
        yield
    except BaseException:
        os.lseek(held, 0, os.SEEK_SET)
        while piece := os.read(held, _PIECE_BYTES):
            os.write(own, piece)
        raise
    finally:
        os.dup2(own, 2)
        os.close(own)
        os.close(held)
