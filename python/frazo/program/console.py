"""The output of a program: lines on standard output, warnings on standard error, and on a terminal
one live line in place of the log of its progress.
"""

import shutil
import sys
from collections.abc import Callable
from typing import TextIO

from frazo.program.program_names import in_callers_words

_ERASE_LINE = "\r\x1b[K"


class Console:
    """Writes whole lines and flushes them. The live line is overwritten in place, and only on a
    terminal.
    """

    def __init__(
        self,
        out: TextIO | None = None,
        err: TextIO | None = None,
        *,
        copy: Callable[[str], None] | None = None,
    ):
        """Writes to the process's standard output and standard error by default.

        Args:
          out: Where lines and the live line go.
          err: Where warnings and errors go.
          copy: Is given every line, line of the log, warning and error, too.
        """
        self._out = out or sys.stdout
        self._err = err or sys.stderr
        self.is_terminal = self._out.isatty()
        self._live = ""
        self._copy = copy
        # The newest line, for those that watch the program from elsewhere.
        self.last_line = ""

    def line(self, text: str) -> None:
        self._write(self._out, text)

    def log(self, text: str) -> None:
        """Writes a line about progress to a file or a pipe. On a terminal the live line stands for
        it, so that the lines that matter stay in sight.
        """
        if self.is_terminal:
            self._pass_on(text)
        else:
            self._write(self._out, text)

    def warning(self, text: str) -> None:
        self._write(self._err, f"warning: {in_callers_words(text)}")

    def error(self, text: str) -> None:
        self._write(self._err, f"error: {in_callers_words(text)}")

    def live(self, text: str) -> None:
        """Replaces the live line by `text`. Does nothing if the output is not a terminal."""
        if not self.is_terminal:
            return
        width = shutil.get_terminal_size().columns
        self._live = text[: width - 1]
        self._out.write(_ERASE_LINE + self._live)
        self._out.flush()

    def end_live(self) -> None:
        """Removes the live line."""
        if self._live:
            self._live = ""
            self._out.write(_ERASE_LINE)
            self._out.flush()

    def _write(self, stream: TextIO, text: str) -> None:
        live = self._live
        self.end_live()
        stream.write(text + "\n")
        stream.flush()
        if live:
            self.live(live)
        self._pass_on(text)

    def _pass_on(self, text: str) -> None:
        self.last_line = text
        if self._copy is not None:
            self._copy(text)
