"""The process of a task, its log file and its lines."""

import ctypes
import functools
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from frazo.program.errors import JobError
from frazo_tools.launch.failure import LastLines
from frazo_tools.launch.task import Task

_LONGEST_LINE = 1 << 16
# After the end of a process its output has so long to arrive: a grandchild may keep the pipe open.
_LAST_LINES_SECONDS = 5.0
_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class TaskProcess:
    """A started process. Its output goes to its log file and, line by line, to a function."""

    def __init__(
        self,
        task: Task,
        command: Sequence[str],
        log_file: Path,
        on_line: Callable[[Task, str], None],
        on_end: Callable[["TaskProcess"], None],
    ):
        """Starts it.

        Args:
          task: The task.
          command: The program and its arguments.
          log_file: Its log, which is added to.
          on_line: Gets each line of its output, in a thread.
          on_end: Is called when it has ended, in a thread.

        Raises:
          JobError: It cannot be started.
        """
        self.task = task
        self.lines = LastLines()
        self.began = time.monotonic()
        self._on_line = on_line
        self._on_end = on_end
        try:
            self._log = log_file.open("ab", buffering=0)
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=_environment(os.environ),
                # Ctrl+C is for the launcher, which stops all in order.
                start_new_session=True,
                preexec_fn=functools.partial(_end_with_parent, os.getpid()),
            )
        except OSError as error:
            raise JobError(f"{task.name} cannot be started: {error}; correct --trainer") from None
        self._reader = threading.Thread(target=self._read, name=f"lines of {task.name}")
        self._waiter = threading.Thread(target=self._wait, name=f"end of {task.name}")
        self._reader.start()
        self._waiter.start()

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def code(self) -> int | None:
        """The exit code; negative: the number of the signal that killed it. None: it runs."""
        return self._process.returncode

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, unless it has ended."""
        self._process.send_signal(number)

    def kill(self) -> None:
        """Kills it and what it started."""
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            self._process.kill()

    def join(self) -> None:
        """Waits for its end."""
        self._waiter.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as output:
            while content := output.readline(_LONGEST_LINE):
                self._write_log(content)
                line = content.decode(errors="replace").rstrip("\r\n")
                self.lines.add(line)
                self._on_line(self.task, line)

    def _write_log(self, content: bytes) -> None:
        # A full disk must not block the task: its output is read on.
        try:
            self._log.write(content)
        except OSError as error:
            self.lines.add(f"(the log file could not be written: {error.strerror})")

    def _wait(self) -> None:
        self._process.wait()
        self._reader.join(_LAST_LINES_SECONDS)
        if not self._reader.is_alive():
            self._log.close()
        self._on_end(self)


def _environment(environment: Mapping[str, str]) -> dict[str, str]:
    # Lines come when they are written, not when a buffer is full.
    return {**environment, "PYTHONUNBUFFERED": "1"}


def _end_with_parent(launcher: int) -> None:
    """Asks the system for SIGTERM when the launcher is gone, however it ended.

    Args:
      launcher: Its process id.
    """
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # The signal does not come if it was gone before that.
    if os.getppid() != launcher:
        os._exit(128 + signal.SIGTERM)
