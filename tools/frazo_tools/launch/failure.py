"""What a task failed by, in its own words."""

import collections
import signal
from collections.abc import Sequence

# Lines of a task that are kept: a traceback through TensorFlow has some dozens.
_KEPT_LINES = 400
_TRACEBACK = "Traceback (most recent call last):"
_ERROR = "error: "
# Shown of a task that says nothing of an error.
_SHOWN_LINES = 10


class LastLines:
    """The last lines that a task wrote."""

    def __init__(self):
        self._lines: collections.deque[str] = collections.deque(maxlen=_KEPT_LINES)

    def add(self, line: str) -> None:
        self._lines.append(line)

    def clear(self) -> None:
        self._lines.clear()

    def failure(self) -> str:
        """Returns the last traceback or error with what follows it, or else the last lines."""
        return failure_in(list(self._lines))


def failure_in(lines: Sequence[str]) -> str:
    """Returns the part of a task's output that says what it failed by; "" without lines."""
    starts = [
        number
        for number, line in enumerate(lines)
        if line.startswith((_TRACEBACK, _ERROR)) or f" {_ERROR}" in line[:30]
    ]
    if starts:
        # An error while another was handled: the first is the cause.
        first = starts[-1]
        for start in reversed(starts[:-1]):
            between = lines[start + 1 : first]
            if not any("During handling of" in line or "direct cause" in line for line in between):
                break
            first = start
        return "\n".join(lines[first:])
    return "\n".join(lines[-_SHOWN_LINES:])


def describe_exit(code: int) -> str:
    """Returns a process's end in words: "exit code 1", "killed by SIGKILL"."""
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"killed by signal {-code}"
