"""A member's part in a run, as its job sees it."""

import time
from collections.abc import Callable
from typing import Any

import grpc
from frazo.cluster.heartbeats import Heartbeats
from frazo.cluster.member_session import CALL_SECONDS, MemberSession
from frazo.cluster.orders import Orders
from frazo.cluster.retrying_calls import TRANSIENT, CallError, Unreachable
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.proto import cluster_pb2, coordination_pb2

# The controller answers a worker that waits after 5 s.
_JOIN_CALL_SECONDS = 15.0
# Who waits at a barrier asks again after so long: the controller may have vanished.
_BARRIER_CALL_SECONDS = 5.0
_BARRIER_PAUSE_SECONDS = 0.3
_LEAVE_SECONDS = 5.0
_STATUS_CALL_SECONDS = 2.0

Outcome = coordination_pb2.LeaveRequest.Outcome


class GenerationOver(Exception):
    """The generation that this member trains in has ended; str() says why."""


class BarrierTimeout(JobError):
    """Some did not come to a barrier in time; str() names them."""


class CoordinationClient:
    """The connection to the controller. Its methods may be called from any thread."""

    def __init__(
        self,
        cluster: cluster_pb2.Cluster,
        name: coordination_pb2.MemberName,
        console: Console,
    ):
        """Connects at the first call.

        Args:
          cluster: The layout, whose values were checked.
          name: What this process is in it.
          console: For lines about waiting.

        Raises:
          JobError: The controller's address or a file of the cluster's security is wrong.
        """
        self._cluster = cluster
        self._console = console
        self._session = MemberSession(cluster, name, console.log)
        self._heartbeats = Heartbeats(self._session, cluster.controller_timeout_seconds)
        self._last_generation = 0

    @property
    def orders(self) -> Orders:
        """What the last answered heartbeat told."""
        return self._heartbeats.orders

    def register(self, experiment_text: str, address: str) -> None:
        """Makes this process a member of the run; waits for the controller.

        Args:
          experiment_text: The resolved experiment.
          address: That of its TensorFlow server; "": it has none.

        Raises:
          JobError: The controller did not come within start_timeout_seconds, or it refuses this
            process: by its versions, experiment or cluster, which differ, or by its token.
        """
        try:
            self._session.register(experiment_text, address, self._cluster.start_timeout_seconds)
        except CallError as error:
            raise self._refusal(error) from None

    def start_heartbeats(
        self,
        status: Callable[[], coordination_pb2.MemberStatus],
        on_change: Callable[[Orders], None],
    ) -> None:
        """Starts a thread that gives signs of life.

        Args:
          status: Returns what this member is doing; called from that thread.
          on_change: Gets new orders, from that thread, whenever their generation, stop,
            checkpoint_requests or regroup changed. A controller that gives no answer for
            controller_timeout_seconds, or has another process in this one's place, is a stop order,
            too.
        """
        self._heartbeats.start(status, on_change)

    def join_generation(self) -> coordination_pb2.Generation | None:
        """Waits until this worker may train, in a newer generation than before.

        Returns:
          The generation; None: a stop order came, see orders.stop.

        Raises:
          JobError: This process may not train, or the controller was away for
            controller_timeout_seconds.
        """
        # Whoever asks trains no more, and the controller counts on that.
        self._heartbeats.generation = 0
        request = coordination_pb2.JoinGenerationRequest(
            caller=self._session.caller, last_generation=self._last_generation
        )
        told = ""
        while not self._heartbeats.is_cut_off:
            response = self._call("JoinGeneration", request, _JOIN_CALL_SECONDS)
            result = response.WhichOneof("result")
            if result == "formed":
                self._last_generation = response.formed.number
                self._heartbeats.generation = response.formed.number
                return response.formed
            if result == "stop":
                self._heartbeats.note_stop(response.stop)
                return None
            if response.wait != told:
                told = response.wait
                self._console.log(f"{self._session.key} {told}")
        return None

    def wait_at_barrier(self, barrier: str, timeout_seconds: float) -> None:
        """Waits until all workers of the generation have come to a barrier.

        Args:
          barrier: Its name, unique in the generation.
          timeout_seconds: How long.

        Raises:
          GenerationOver: The generation has ended.
          BarrierTimeout: Some did not come.
          JobError: The controller was away.
        """
        request = coordination_pb2.WaitAtBarrierRequest(
            caller=self._session.caller,
            generation=self._heartbeats.generation,
            barrier=barrier,
            timeout_seconds=timeout_seconds,
        )
        until = time.monotonic() + timeout_seconds
        while True:
            left = max(until - time.monotonic(), 0.0)
            try:
                self._session.call(
                    "WaitAtBarrier", request, min(left + 1.0, _BARRIER_CALL_SECONDS), 0.0
                )
                return
            except CallError as error:
                if error.code not in TRANSIENT:
                    raise self._refusal(error) from None
                if time.monotonic() >= until:
                    raise BarrierTimeout(str(error)) from None
                if error.code == grpc.StatusCode.UNAVAILABLE:
                    time.sleep(_BARRIER_PAUSE_SECONDS)
            if self._heartbeats.is_cut_off:
                stop = self.orders.stop
                raise JobError(stop.reason if stop is not None else "the controller is away")

    def record_progress(
        self, *, checkpoint_step: int | None = None, finished_step: int | None = None
    ) -> None:
        """Tells of a checkpoint that is whole, or of the end of the training.

        Args:
          checkpoint_step: Step of the newest checkpoint; None: as before.
          finished_step: Step at which the training finished; None: as before.

        Raises:
          GenerationOver: The generation has ended: the checkpoint does not count.
          JobError: This member is no writer, or the controller was away for
            controller_timeout_seconds.
        """
        progress = coordination_pb2.RunProgress(
            checkpoint_step=checkpoint_step, finished_step=finished_step
        )
        request = coordination_pb2.RecordProgressRequest(
            caller=self._session.caller,
            generation=self._heartbeats.generation,
            progress=progress,
        )
        self._call("RecordProgress", request, CALL_SECONDS)

    def run_status(self) -> coordination_pb2.RunStatus | None:
        """Returns the state of the run; None if the controller gives no answer at once."""
        request = coordination_pb2.GetRunStatusRequest()
        try:
            return self._session.calls.once("GetRunStatus", request, _STATUS_CALL_SECONDS)
        except CallError:
            return None

    def request_checkpoint(self) -> None:
        """Asks the trainer for a checkpoint now.

        Raises:
          JobError: The controller was away for controller_timeout_seconds.
        """
        self._call("RequestCheckpoint", coordination_pb2.RequestCheckpointRequest(), CALL_SECONDS)

    def lease_is_valid(self) -> bool:
        """Whether the others still count on this member: its last answered heartbeat was sent less
        than lease_seconds ago, and told that its generation goes on.
        """
        return self._heartbeats.lease_is_valid()

    def leave(
        self,
        outcome: Outcome,
        message: str = "",
        traceback: str = "",
        is_permanent: bool = False,
    ) -> None:
        """Tells that this process ends, and gives no more signs of life. Takes some seconds at
        most, and never fails.

        Args:
          outcome: How it ends.
          message: What it failed by.
          traceback: Where.
          is_permanent: Whether the same command would fail again: the run then stops.
        """
        self._heartbeats.stop()
        request = coordination_pb2.LeaveRequest(
            caller=self._session.caller,
            outcome=outcome,
            message=message,
            traceback=traceback,
            is_permanent=is_permanent,
        )
        try:
            self._session.call("Leave", request, _LEAVE_SECONDS, _LEAVE_SECONDS)
        except (CallError, Unreachable) as error:
            key = self._session.key
            self._console.log(f"{key}: the controller was not told that it leaves: {error}")

    def close(self) -> None:
        """Ends the thread and the connection. A member that did not leave is soon lost."""
        self._heartbeats.stop()
        self._session.calls.close()

    def _call(self, method: str, request: Any, seconds: float) -> Any:
        """Calls until there is an answer. Raises what the public methods do."""
        try:
            patience = self._cluster.controller_timeout_seconds
            return self._session.call(method, request, seconds, patience)
        except CallError as error:
            raise self._refusal(error) from None

    def _refusal(self, error: CallError) -> Exception:
        """What a refusal is to those who call a public method."""
        if error.code == grpc.StatusCode.ABORTED:
            return GenerationOver(str(error))
        return JobError(
            f"the controller {self._session.calls.address} refuses {self._session.key}: {error}"
        )
