"""What a member does, as its heartbeats tell it."""

from frazo.program.console import Console
from frazo.proto import coordination_pb2
from frazo.run.progress import Progress


class MemberActivity:
    """The present activity of a member.

    Attributes:
      state: One or two words, as in MemberStatus.
      progress: How far it is.
    """

    def __init__(self, max_steps: int, console: Console):
        """Begins with the state "starting".

        Args:
          max_steps: The steps of the whole training.
          console: Its last line is a part of the status.
        """
        self.state = "starting"
        self.progress = Progress()
        self._max_steps = max_steps
        self._console = console

    def status(self) -> coordination_pb2.MemberStatus:
        """Returns the message for a heartbeat. Any thread may call this."""
        progress = self.progress
        return coordination_pb2.MemberStatus(
            state=self.state,
            step=progress.step,
            max_steps=self._max_steps,
            steps_per_second=progress.steps_per_second,
            loss=progress.loss,
            message=self._console.last_line,
        )
