"""Shows the progress of a step of a tool."""

import sys
import time
from collections.abc import Callable

from frazo.program.console import Console
from frazo.program.number_format import format_bytes, format_duration
from frazo.program.progress_bar import progress_bar

# Seconds between updates: often enough to look alive, rarely enough to cost nothing.
_SECONDS_BETWEEN = 0.1


class Progress:
    """Shows a live line with bar, rate and time left on a terminal; in a log, a line at the start.

        with Progress("reading", total_bytes) as progress:
            progress(bytes_so_far)

    Both go to standard error. The live line disappears at the end.
    """

    def __init__(
        self,
        what: str,
        total: int,
        *,
        unit: str = "bytes",
        console: Console | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Starts a step.

        Args:
          what: The step, such as "reading".
          total: The amount of work, in `unit`.
          unit: What is counted.
          console: Where to write; None: standard error.
          clock: Seconds.
        """
        self._what = what
        self._total = max(total, 1)
        self._unit = unit
        self._console = console or Console(out=sys.stderr)
        self._clock = clock
        self._began = clock()
        self._next = self._began
        if not self._console.is_terminal:
            self._console.line(f"{what} ...")

    def __call__(self, done: int) -> None:
        """Shows that `done` of the total is done."""
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _SECONDS_BETWEEN
        done = min(done, self._total)
        rate = done / max(now - self._began, 1e-9)
        left = format_duration((self._total - done) / rate) if done else "?"
        self._console.live(
            f"{self._what} {progress_bar(done, self._total)} {100 * done // self._total:3}%"
            f"  {self._format_rate(rate)}  ETA {left}"
        )

    def line(self, text: str) -> None:
        """Prints a line of the result on standard output without disturbing the live line."""
        self._console.end_live()
        print(text, flush=True)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *exception: object) -> None:
        self._console.end_live()

    def _format_rate(self, rate: float) -> str:
        if self._unit == "bytes":
            return f"{format_bytes(int(rate))}/s"
        return f"{rate:,.0f} {self._unit}/s"
