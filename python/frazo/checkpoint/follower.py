"""Waiting for a trainer's checkpoints in another process."""

import time
from collections.abc import Callable
from pathlib import Path

from frazo.checkpoint.directory import Checkpoint, CheckpointDirectory
from frazo.checkpoint.manifest import DamagedCheckpointError
from frazo.checkpoint.run_status import finished_step
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.program.number_format import format_duration

_POLL_SECONDS = 0.5


class CheckpointFollower:
    """Gives the newest checkpoint each time there is a newer one, until the training has finished."""

    def __init__(
        self,
        train_directory: Path,
        timeout_seconds: float,
        console: Console,
        should_stop: Callable[[], bool],
    ):
        """timeout_seconds: next() gives up after so long without a new checkpoint."""
        self._path = train_directory
        self._directory = CheckpointDirectory(train_directory)
        self._timeout_seconds = timeout_seconds
        self._console = console
        self._should_stop = should_stop
        self._damaged: set[int] = set()

    def next(self, after: int) -> Checkpoint | None:
        """The newest whole checkpoint of a step > `after`, waiting for one where need be.

        None: training has finished and there is none, or a stop is requested. JobError: none came
        in time.
        """
        began = time.monotonic()
        said = False
        while not self._should_stop():
            # Asked before looking: the mark is made after the last checkpoint, so none can slip
            # through.
            finished = finished_step(self._path)
            checkpoint = self._newest(after)
            if checkpoint is not None:
                return checkpoint
            if finished is not None:
                return None
            if time.monotonic() - began > self._timeout_seconds:
                raise JobError(
                    f"{self._path}: no checkpoint after step {after} within "
                    f"{self._timeout_seconds:g} s (eval.checkpoint_timeout_seconds), and no word that training has "
                    "finished. Is the trainer running, with the same --logdir?"
                )
            if not said:
                self._say_waiting(after)
                said = True
            time.sleep(_POLL_SECONDS)
        return None

    def _newest(self, after: int) -> Checkpoint | None:
        for step in reversed(self._directory.recorded_steps()):
            if step <= after or step in self._damaged:
                continue
            try:
                return self._directory.open(step)
            except DamagedCheckpointError as error:
                # The trainer may have removed it, or be replacing it, while it was read.
                if self._still_damaged(step):
                    self._damaged.add(step)
                    self._console.warning(f"{error}. The checkpoint is passed over.")
        return None

    def _still_damaged(self, step: int) -> bool:
        time.sleep(_POLL_SECONDS)
        if step not in self._directory.recorded_steps():
            return False
        try:
            self._directory.open(step)
        except DamagedCheckpointError:
            return True
        return False

    def _say_waiting(self, after: int) -> None:
        what = "the first checkpoint" if after < 0 else f"a checkpoint after step {after}"
        self._console.line(
            f"waiting for {what} in {self._path} (at most {format_duration(self._timeout_seconds)})"
        )
