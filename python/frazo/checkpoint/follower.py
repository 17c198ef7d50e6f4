"""Waits for the checkpoints of a trainer in another process."""

import time
from collections.abc import Callable
from pathlib import Path

from frazo.checkpoint.directory import Checkpoint, CheckpointDirectory
from frazo.checkpoint.manifest import DamagedCheckpointError
from frazo.checkpoint.run_status import Finished, read_finished
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.program.number_format import format_duration

_POLL_SECONDS = 0.5


class CheckpointFollower:
    """Returns the newest checkpoint whenever there is a newer one, until the training has
    finished.
    """

    def __init__(
        self,
        train_directory: Path,
        timeout_seconds: float,
        max_steps: int,
        console: Console,
        should_stop: Callable[[], bool],
    ):
        """Follows a directory.

        Args:
          train_directory: Where the trainer writes checkpoints.
          timeout_seconds: next() fails after this time without a new checkpoint.
          max_steps: The steps that the whole training is to have. The mark of a training that was
            to have fewer is an old one: it will go on.
          console: For messages.
          should_stop: Whether to stop waiting.
        """
        self._path = train_directory
        self._directory = CheckpointDirectory(train_directory)
        self._timeout_seconds = timeout_seconds
        self._max_steps = max_steps
        self._console = console
        self._should_stop = should_stop
        self._damaged: set[int] = set()

    def next(self, after: int) -> Checkpoint | None:
        """Returns the newest whole checkpoint of a step > `after`. Waits for one if necessary.

        Returns:
          The checkpoint, or None if training has finished without one or a stop is requested.

        Raises:
          JobError: No checkpoint came in time.
        """
        began = time.monotonic()
        said = False
        while not self._should_stop():
            # Read before looking for a checkpoint: the mark is written after the last one, so none
            # is missed.
            finished = read_finished(self._path)
            checkpoint = self._newest(after)
            if checkpoint is not None:
                return checkpoint
            if finished is not None and finished.max_steps >= self._max_steps:
                return None
            if time.monotonic() - began > self._timeout_seconds:
                raise JobError(
                    f"{self._path}: no checkpoint after step {after} within "
                    f"{self._timeout_seconds:g} s (eval.checkpoint_timeout_seconds), and no word that training has "
                    f"finished {self._max_steps} steps (train.max_steps). Is the trainer running, with the same "
                    "--logdir?"
                )
            if not said:
                self._say_waiting(after, finished)
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
                # The trainer may have removed or replaced the checkpoint during the read.
                if self._still_damaged(step):
                    self._damaged.add(step)
                    self._console.warning(f"{error}. The checkpoint is skipped.")
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

    def _say_waiting(self, after: int, finished: Finished | None) -> None:
        what = "the first checkpoint" if after < 0 else f"a checkpoint after step {after}"
        ended = (
            ""
            if finished is None
            else f"; the training so far ended at step {finished.step} of {self._max_steps}"
        )
        self._console.line(
            f"waiting for {what} in {self._path} (at most {format_duration(self._timeout_seconds)}{ended})"
        )
