"""The contract of what the processes of a run know of each other."""

import abc
import contextlib
import dataclasses

from frazo.checkpoint.directory import Checkpoint
from frazo.input.share import WHOLE, Share
from frazo.run.progress import Progress


@dataclasses.dataclass(frozen=True)
class Stop:
    """Why this process is to stop before its work is done.

    reason: a few words for log lines: "SIGTERM". exit_code: what the process then ends with.
    is_for_all: whether all processes of the run are to stop, and not this one alone.
    """

    reason: str
    exit_code: int
    is_for_all: bool = False


class RunState(abc.ABC):
    """A run as one of its processes sees it: the trainer, or one that follows its checkpoints.

    Attributes:
      share: What this process reads of the training input.
      progress: The trainer says in it how far it is.
    """

    share: Share = WHOLE

    def __init__(self):
        self.progress = Progress()

    @abc.abstractmethod
    def should_stop(self) -> Stop | None:
        """Whether this process is to stop, and why. Once it is, it stays so. Does not wait."""

    def checkpoint_requests(self) -> int:
        """How often a checkpoint was asked for. Does not wait."""
        return 0

    def should_regroup(self) -> bool:
        """Whether workers wait to join the training. Does not wait."""
        return False

    @abc.abstractmethod
    def training(self) -> contextlib.AbstractContextManager[None]:
        """Within it this process is the one that trains and writes checkpoints.

        Raises:
          JobError: another one does.
        """

    @abc.abstractmethod
    def latest_checkpoint(self, after: int) -> Checkpoint | None:
        """The newest whole checkpoint of a step > `after`; waits until there is one.

        Returns:
          None if the training has finished and there is none, or this process is to stop.

        Raises:
          JobError: none came in time.
        """

    def record_checkpoint(self, step: int) -> None:
        """Tells those who watch the run that the checkpoint of `step` is whole."""
        del step

    @abc.abstractmethod
    def finished(self) -> int | None:
        """The step at which the training finished; None if it has not."""

    @abc.abstractmethod
    def mark_finished(self, step: int) -> None:
        """Tells those who follow that the checkpoint of `step`, which was written, is the last."""

    @abc.abstractmethod
    def clear_finished(self) -> None:
        """Tells those who follow that more checkpoints will come, before training goes on."""
