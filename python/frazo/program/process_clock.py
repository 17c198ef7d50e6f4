"""Measures how long this program has been running."""

import time

# A process may be older than its program: `bazel run` builds before it becomes the program.
_BEGAN = time.monotonic()


def seconds_since_start() -> float:
    """Returns the seconds since the program imported this module, which it does at its start."""
    return time.monotonic() - _BEGAN
