"""The state of a run as a member of a cluster sees it."""

import contextlib
from pathlib import Path

from frazo.cluster.client import CoordinationClient
from frazo.cluster.member_activity import MemberActivity
from frazo.input.share import WHOLE, Share
from frazo.program.console import Console
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED
from frazo.proto import experiment_pb2
from frazo.run.file_run_state import FileRunState
from frazo.run.run_state import Stop

_FINISHED_BARRIER = "end-of-training"
# The first worker comes to it when its last checkpoint is written.
_FINISHED_SECONDS = 600.0


class MemberRunState(FileRunState):
    """The files of a run, in the log directory that all members share, and the orders of its
    controller.
    """

    def __init__(
        self,
        experiment: experiment_pb2.Experiment,
        logdir: Path,
        console: Console,
        client: CoordinationClient,
        activity: MemberActivity,
        share: Share = WHOLE,
    ):
        """Opens no file.

        Args:
          experiment: The experiment.
          logdir: Its log directory.
          console: For messages.
          client: Knows the controller's orders.
          activity: Gets the progress.
          share: What this worker reads of the training input; a follower reads none.
        """
        timeout_seconds = experiment.eval.checkpoint_timeout_seconds
        super().__init__(logdir / "train", timeout_seconds, experiment.train.max_steps, console)
        self.share = share
        self.progress = activity.progress
        self._client = client

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
        """The controller holds the lock of the run, and knows who may write."""
        return contextlib.nullcontext()

    def record_checkpoint(self, step: int) -> None:
        self._client.record_progress(checkpoint_step=step)

    def mark_finished(self, step: int) -> None:
        """All workers call this: none leaves before the end is recorded."""
        if self.share.is_first:
            super().mark_finished(step)
            self._client.record_progress(checkpoint_step=step, finished_step=step)
        if self.share.has_others:
            self._client.wait_at_barrier(_FINISHED_BARRIER, _FINISHED_SECONDS)
