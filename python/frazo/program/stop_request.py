"""Being asked to stop."""

import os
import signal
from types import FrameType
from typing import Any

# Exit code of a process that a signal ended, as shells report it, less the signal's number.
_SIGNAL_EXIT = 128


class StopRequest:
    """As a context manager, turns SIGTERM and SIGINT into a request that loops look at.

    The first signal asks: the current loop is finished, the state saved. The second one ends the
    process at once.
    """

    def __init__(self):
        self.signal: signal.Signals | None = None
        self._previous: dict[int, Any] = {}

    def __bool__(self) -> bool:
        return self.signal is not None

    def __enter__(self) -> "StopRequest":
        for number in (signal.SIGTERM, signal.SIGINT):
            self._previous[number] = signal.signal(number, self._receive)
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self.signal is not None:
            os._exit(_SIGNAL_EXIT + number)
        self.signal = signal.Signals(number)
