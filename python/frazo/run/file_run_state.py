"""The state of a run that is kept in files, for processes that share a disk."""

import contextlib
import signal
from pathlib import Path
from typing import Self

from frazo.checkpoint import run_status
from frazo.checkpoint.directory import Checkpoint
from frazo.checkpoint.follower import CheckpointFollower
from frazo.program.console import Console
from frazo.program.errors import EXIT_FINISHED, EXIT_INTERRUPTED
from frazo.program.exclusive_lock import exclusive_lock
from frazo.program.stop_request import StopRequest
from frazo.run.run_state import RunState, Stop


class FileRunState(RunState):
    """Files in the directory of the checkpoints tell what has happened; signals ask to stop.

    As a context manager: SIGTERM, SIGINT and SIGHUP are requests to stop only within it.
    """

    def __init__(
        self,
        train_directory: Path,
        checkpoint_timeout_seconds: float,
        max_steps: int,
        console: Console,
    ):
        """Opens no file.

        Args:
          train_directory: Where the trainer writes checkpoints.
          checkpoint_timeout_seconds: How long latest_checkpoint() waits for a new one.
          max_steps: The steps that the whole training is to have. A training that was to have
            fewer will go on.
          console: For messages.
        """
        super().__init__()
        self._directory = train_directory
        self._max_steps = max_steps
        self._stop_request = StopRequest()
        self._follower = CheckpointFollower(
            train_directory,
            checkpoint_timeout_seconds,
            max_steps,
            console,
            lambda: self.should_stop() is not None,
        )

    def __enter__(self) -> Self:
        self._stop_request.__enter__()
        return self

    def __exit__(self, *error) -> None:
        self._stop_request.__exit__(*error)

    def should_stop(self) -> Stop | None:
        """Code 130 for Ctrl+C, as shells report it, else that of a success: all is saved."""
        number = self._stop_request.signal
        if number is None:
            return None
        return Stop(number.name, EXIT_INTERRUPTED if number == signal.SIGINT else EXIT_FINISHED)

    def training(self) -> contextlib.AbstractContextManager[None]:
        return exclusive_lock(self._directory)

    def latest_checkpoint(self, after: int) -> Checkpoint | None:
        return self._follower.next(after)

    def finished(self) -> int | None:
        finished = run_status.read_finished(self._directory)
        return None if finished is None else finished.step

    def mark_finished(self, step: int) -> None:
        run_status.mark_finished(self._directory, run_status.Finished(step, self._max_steps))

    def clear_finished(self) -> None:
        run_status.clear_finished(self._directory)
