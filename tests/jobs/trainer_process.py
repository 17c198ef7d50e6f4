"""Trainers in processes of their own, most of which begin with TensorFlow loaded.

Loading it takes most of a small training's time. So one process loads it and all modules of the
trainer, and each trainer is a fork of it, which has had no threads yet.
"""

import atexit
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing.reduction import DupFd
from typing import IO

from frazo.program.command_line import run_program

# A trainer that begins like any other program.
FRESH = (sys.executable, "-m", "frazo.jobs.trainer")

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["__main__", "tests.jobs.loaded_trainer"])


def start_trainer(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    out: IO,
    err: IO,
    command: Sequence[str] | None = None,
) -> "subprocess.Popen | TrainerFork":
    """Starts a trainer.

    Args:
      arguments: Its flags.
      environment: All of its environment.
      out: An open file for its standard output.
      err: The same for its standard error.
      command: What runs a trainer that is not forked, before its flags.
    """
    if command is None:
        return TrainerFork(arguments, environment, out, err)
    return subprocess.Popen([*command, *arguments], stdout=out, stderr=err, env=environment)


class TrainerFork:
    """A running trainer. Its methods are those of subprocess.Popen."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], out: IO, err: IO):
        """Starts it; see start_trainer."""
        given = (_Files(out, err), list(arguments), dict(environment))
        self._process = _context.Process(target=_run, args=given)
        self._process.start()

    @property
    def pid(self) -> int:
        pid = self._process.pid
        assert pid is not None
        return pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        """Raises TimeoutError if it does not end in time."""
        self._process.join(timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutError(f"the trainer did not end within {timeout} s")
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class _Files:
    """Two open files on the way to a process that begins."""

    def __init__(self, out: IO, err: IO):
        self._files = out, err

    def __getstate__(self) -> list[DupFd]:
        return [DupFd(file.fileno()) for file in self._files]

    def __setstate__(self, state: list[DupFd]) -> None:
        for standard, file in zip((1, 2), state, strict=True):
            received = file.detach()
            os.dup2(received, standard)
            os.close(received)


def _run(files: _Files, arguments: list[str], environment: dict[str, str]) -> None:
    del files
    os.environ.clear()
    os.environ.update(environment)
    from frazo.jobs import trainer

    sys.argv = [trainer.__file__, *arguments]
    # With these a trainer begins anew.
    sys.orig_argv = [sys.executable, "-m", trainer.__name__, *arguments]
    try:
        run_program(trainer.main)
    finally:
        # A fork ends without.
        atexit._run_exitfuncs()
