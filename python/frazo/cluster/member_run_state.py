"""The state of a run as a member of a cluster sees it."""

import contextlib
from pathlib import Path

from frazo.cluster.client import CoordinationClient
from frazo.input.share import WHOLE, Share
from frazo.program.console import Console
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED
from frazo.proto import coordination_pb2
from frazo.run.file_run_state import FileRunState
from frazo.run.run_state import Stop

_FINISHED_BARRIER = "the end of the training"


class MemberRunState(FileRunState):
    """The files of a run, and the orders of its controller.

    Followers read the files, which are in the log directory that all members share.
    """

    def __init__(
        self,
        train_directory: Path,
        checkpoint_timeout_seconds: float,
        max_steps: int,
        console: Console,
        client: CoordinationClient,
        share: Share = WHOLE,
    ):
        """Opens no file.

        Args:
          train_directory: As in FileRunState.
          checkpoint_timeout_seconds: As in FileRunState.
          max_steps: As in FileRunState.
          console: For messages.
          client: Knows the controller's orders.
          share: What this worker reads of the training input; a follower reads none.
        """
        super().__init__(train_directory, checkpoint_timeout_seconds, max_steps, console)
        self.share = share
        self._client = client
        self._state = "starting"
        self._max_steps = max_steps
        self._console = console

    def status(self) -> coordination_pb2.MemberStatus:
        """Returns what this member does now, for its heartbeats."""
        progress = self.progress
        if progress.step and self._state == "starting":
            self._state = "training"
        return coordination_pb2.MemberStatus(
            state=self._state,
            step=progress.step,
            max_steps=self._max_steps,
            steps_per_second=progress.steps_per_second,
            loss=progress.loss,
            message=self._console.last_line,
        )

    def should_stop(self) -> Stop | None:
        """A signal to this process, or an order to all."""
        if own := super().should_stop():
            return own
        order = self._client.orders.stop
        if order is None:
            return None
        code = EXIT_FAILED if order.failed else EXIT_FINISHED
        return Stop(order.reason, code, is_for_all=True)

    def checkpoint_requests(self) -> int:
        return self._client.orders.checkpoint_requests

    def should_regroup(self) -> bool:
        return self._client.orders.regroup

    def training(self) -> contextlib.AbstractContextManager[None]:
        """The controller holds the lock of the directory, and knows who may write."""
        return contextlib.nullcontext()

    def record_checkpoint(self, step: int) -> None:
        self._client.record_progress(checkpoint_step=step)

    def mark_finished(self, step: int) -> None:
        """All workers call this: none leaves before the end is recorded."""
        if self.share.replica == 0:
            super().mark_finished(step)
            self._client.record_progress(checkpoint_step=step, finished_step=step)
        if self.share.replicas > 1:
            self._client.wait_at_barrier(_FINISHED_BARRIER, _FINISHED_SECONDS)


# The first worker waits for its last checkpoint to be written before it comes to the barrier.
_FINISHED_SECONDS = 600.0
