"""Runs a worker or a parameter server of asynchronous training: a server that obeys the trainer."""

import tensorflow as tf
from frazo import ops
from frazo.cluster.client import CoordinationClient, Outcome
from frazo.cluster.member_activity import MemberActivity
from frazo.cluster.member_key import MemberKey
from frazo.cluster.member_watch import SERVING, MemberWatch
from frazo.jobs.member_failure import leave_failed
from frazo.program.console import Console
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED, EXIT_INTERRUPTED, JobError
from frazo.program.stop_request import StopRequest
from frazo.proto import cluster_pb2, coordination_pb2
from frazo.shard.parameter_servers import start_server

TRAINER = MemberKey("trainer", 0)
_POLL_SECONDS = 0.1
# The trainer may be writing its last checkpoint.
_SAVE_SECONDS = 600.0
# A signal to all members of a run, the controller among them, becomes an order to all so soon.
_ORDER_HEARTBEATS = 3


class ServerJob:
    """Serves until the training has finished or this process is to stop."""

    def __init__(
        self,
        key: MemberKey,
        cluster: cluster_pb2.Cluster,
        client: CoordinationClient,
        activity: MemberActivity,
        console: Console,
    ):
        """Starts no server.

        Args:
          key: worker or ps, and its number.
          cluster: The layout of the run.
          client: Is registered, and sends heartbeats.
          activity: Is told what this process does.
          console: For log lines.
        """
        self._key = key
        self._cluster = cluster
        self._client = client
        self._activity = activity
        self._console = console

    def run(self) -> int:
        """Serves. Returns the exit code of the process.

        Raises:
          JobError: The server could not be started. The controller has been told.
        """
        try:
            with StopRequest() as request, MemberWatch(self._client, self._pause()) as watch:
                # It serves as long as it lives.
                server = self._server()
                self._activity.state = SERVING
                self._console.line(f"{self._key}: serves at {self._address()}")
                outcome, code = self._serve(request, watch)
                del server
        except BaseException as error:
            leave_failed(self._client, error)
            raise
        self._client.leave(outcome)
        return code

    def _address(self) -> str:
        return self._addresses()[self._key.index]

    def _addresses(self) -> list[str]:
        if self._key.job == "ps":
            return list(self._cluster.parameter_servers)
        return list(self._cluster.workers)

    def _server(self) -> tf.distribute.Server:
        ops.load()
        try:
            return start_server(self._addresses(), self._key.job, self._key.index)
        except tf.errors.OpError as error:
            field = "parameter_servers" if self._key.job == "ps" else "workers"
            raise JobError(
                f"cluster.{field}[{self._key.index}]: no server can be started at "
                f"{self._address()}: {error.message}. End the process that has the port, or give "
                "another address"
            ) from error

    def _pause(self) -> float:
        return self._cluster.heartbeat_seconds

    def _serve(self, request: StopRequest, watch: MemberWatch) -> tuple[Outcome, int]:
        """Waits for the end. Returns how this member leaves, and the exit code."""
        outcomes, client = coordination_pb2.LeaveRequest, self._client

        def is_over() -> bool:
            orders = client.orders
            return orders.stop is not None or orders.progress.HasField("finished_step")

        while not is_over() and request.signal is None:
            watch.wait_until(lambda: is_over() or request.signal is not None, _POLL_SECONDS)
        if request.signal is not None:
            self._console.line(f"{self._key}: got {request.signal.name}")
            watch.wait_until(is_over, _ORDER_HEARTBEATS * self._pause())
        if not is_over():
            self._leave_alone(watch)
            return outcomes.STOPPED, EXIT_INTERRUPTED if request.is_interrupt else EXIT_FINISHED
        # The trainer saves what is here.
        watch.wait_until(lambda: watch.is_gone(TRAINER), _SAVE_SECONDS)
        stop = client.orders.stop
        if stop is None:
            self._console.line(f"{self._key}: the training has finished")
            return outcomes.FINISHED, EXIT_FINISHED
        self._console.line(f"{self._key}: stops: {stop.reason}")
        return outcomes.STOPPED, EXIT_FAILED if stop.failed else EXIT_FINISHED

    def _leave_alone(self, watch: MemberWatch) -> None:
        """Only this member stops. What a parameter server holds is saved first."""
        if self._key.job != "ps" or watch.is_gone(TRAINER):
            return
        before = self._saved_step()
        self._client.request_checkpoint()
        watch.wait_until(
            lambda: self._saved_step() != before or watch.is_gone(TRAINER), _SAVE_SECONDS
        )

    def _saved_step(self) -> int:
        return self._client.orders.progress.checkpoint_step
