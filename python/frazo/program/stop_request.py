"""Requests to stop."""

import os
import signal
from types import FrameType
from typing import Any

from frazo.program.restart import accept_signals

# A shell reports a process that a signal ended with this exit code plus the signal's number.
_SIGNAL_EXIT = 128


class StopRequest:
    """A context manager that turns SIGTERM, SIGINT and SIGHUP into a request that loops check.

    After the first signal the current loop ends and the state is saved. The second signal ends the
    process at once.
    """

    def __init__(self):
        self.signal: signal.Signals | None = None
        self._previous: dict[int, Any] = {}

    def __bool__(self) -> bool:
        return self.signal is not None

    @property
    def is_interrupt(self) -> bool:
        """Whether Ctrl+C was the request."""
        return self.signal == signal.SIGINT

    def __enter__(self) -> "StopRequest":
        numbers = [signal.SIGTERM, signal.SIGINT]
        # `nohup` ignores it for the programs that it starts.
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        for number in numbers:
            self._previous[number] = signal.signal(number, self._receive)
        accept_signals()
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _receive(self, number: int, _: FrameType | None) -> None:
        if self.signal is not None:
            os._exit(_SIGNAL_EXIT + number)
        self.signal = signal.Signals(number)
