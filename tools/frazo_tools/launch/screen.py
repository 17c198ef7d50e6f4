"""Lines, and below them a table that is drawn anew in place: on a terminal alone."""

import contextlib
import shutil
import threading
from collections.abc import Sequence
from typing import TextIO

_CLEAR_LINE = "\x1b[K"


class Screen:
    """Writes whole lines from several threads."""

    def __init__(self, out: TextIO, is_table_wanted: bool = True):
        """out: Where to write."""
        self._out = out
        self._lock = threading.Lock()
        self.has_table = is_table_wanted and out.isatty()
        self._table: list[str] = []

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return shutil.get_terminal_size().columns

    def line(self, text: str) -> None:
        """Writes a line, above the table if there is one."""
        # Whoever read it may be gone: `| head`. The run goes on.
        with self._lock, contextlib.suppress(OSError):
            self._erase()
            self._out.write(text + "\n")
            self._draw()

    def table(self, lines: Sequence[str]) -> None:
        """Shows a table in place of the last one. Without a terminal it does nothing."""
        if not self.has_table:
            return
        size = shutil.get_terminal_size()
        with self._lock, contextlib.suppress(OSError):
            self._erase()
            # What is higher than the terminal cannot be erased.
            self._table = [line[: size.columns - 1] for line in lines[: size.lines - 1]]
            self._draw()

    def end_table(self) -> None:
        """Leaves the last table where it is."""
        with self._lock:
            self._table = []

    def _erase(self) -> None:
        if self._table:
            self._out.write(f"\x1b[{len(self._table)}A\r\x1b[J")

    def _draw(self) -> None:
        for line in self._table:
            self._out.write(f"{line}{_CLEAR_LINE}\n")
        self._out.flush()
