"""How long a member may believe that the others count on it."""

import threading
import time
from collections.abc import Callable


def boot_clock() -> float:
    """Returns seconds of a clock that goes on while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lease:
    """Lasts from the moment at which the last answered sign of life was sent.

    The controller counts from its arrival, which is later, so that a member's own lease ends first.
    """

    def __init__(self, clock: Callable[[], float] = boot_clock):
        self._clock = clock
        self._lock = threading.Lock()
        self._seconds = 0.0
        self._renewed = float("-inf")

    def renew(self, sent: float, seconds: float) -> None:
        """Notes that a sign of life was answered.

        Args:
          sent: When it was sent.
          seconds: How long the lease lasts.
        """
        with self._lock:
            self._renewed = max(self._renewed, sent)
            self._seconds = seconds

    def is_valid(self) -> bool:
        with self._lock:
            return self._clock() < self._renewed + self._seconds
