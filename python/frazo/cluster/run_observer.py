"""Looks at a run, and steers it, from outside of it."""

from typing import Any

from frazo.cluster.retrying_calls import CallError, RetryingCalls
from frazo.cluster.security import read_security
from frazo.program.errors import JobError
from frazo.proto import cluster_pb2, coordination_pb2


class RunObserver:
    """Calls of the coordination service by one who is no member."""

    def __init__(self, controller: str, security: cluster_pb2.ClusterSecurity):
        """Connects at the first call.

        Args:
          controller: host:port.
          security: What the controller asks for.

        Raises:
          JobError: `controller` is no address, or a file of `security` cannot be used.
        """
        self._calls = RetryingCalls(controller, read_security(security), lambda line: None)
        self.controller = controller

    def glance(self, seconds: float) -> coordination_pb2.RunStatus | None:
        """Returns the state of the run; None if the controller gives no answer at once.

        Args:
          seconds: The deadline.
        """
        request = coordination_pb2.GetRunStatusRequest()
        try:
            return self._calls.once("GetRunStatus", request, seconds)
        except CallError:
            return None

    def status(self, patience_seconds: float) -> coordination_pb2.RunStatus:
        """Returns the state of the run.

        Args:
          patience_seconds: For how long the controller may be away.

        Raises:
          JobError: There was no answer, or a refusal.
        """
        return self._call("GetRunStatus", coordination_pb2.GetRunStatusRequest(), patience_seconds)

    def request_stop(self, reason: str, patience_seconds: float) -> None:
        """Asks all members to save and stop.

        Args:
          reason: A few words: "requested by status".
          patience_seconds: For how long the controller may be away.

        Raises:
          JobError: There was no answer, or a refusal.
        """
        request = coordination_pb2.RequestStopRequest(reason=reason)
        self._call("RequestStop", request, patience_seconds)

    def request_checkpoint(self, patience_seconds: float) -> None:
        """Asks the trainer for a checkpoint now.

        Args:
          patience_seconds: For how long the controller may be away.

        Raises:
          JobError: There was no answer, or a refusal.
        """
        request = coordination_pb2.RequestCheckpointRequest()
        self._call("RequestCheckpoint", request, patience_seconds)

    def close(self) -> None:
        self._calls.close()

    def _call(self, method: str, request: Any, patience_seconds: float) -> Any:
        try:
            return self._calls.until(
                method, request, seconds=patience_seconds, patience_seconds=patience_seconds
            )
        except CallError as error:
            raise JobError(f"the controller {self.controller} refuses the call: {error}") from None
