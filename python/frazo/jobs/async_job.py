"""Runs the trainer of asynchronous training, which schedules the steps of workers."""

import contextlib
import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import absl.logging
import tensorflow as tf
from frazo import ops
from frazo.cluster.address import Address, parse_address
from frazo.cluster.client import CoordinationClient
from frazo.cluster.member_run_state import MemberRunState
from frazo.cluster.member_watch import MemberWatch
from frazo.experiment.job_list import Jobs
from frazo.jobs.async_members import AsyncMembers, BeginsAnew
from frazo.jobs.member_failure import begin_anew, leave_failed, may_come_from_others
from frazo.jobs.train_job import TrainJob
from frazo.program.command_line import wants_all_messages
from frazo.program.console import Console
from frazo.program.disk_and_graph_errors import disk_and_graph_errors
from frazo.program.errors import EXIT_FINISHED, JobError
from frazo.proto import cluster_pb2, coordination_pb2, experiment_pb2
from frazo.run.run_state import Stop
from frazo.shard.parameter_servers import ParameterServers
from frazo.train.loop_plan import Ending
from frazo.train.worker_group import AsyncWorkers, WorkerGroup

# A gradient may be so stale for each worker that there is.
_STALENESS_OF_A_WORKER = 3


class AsyncRunState(MemberRunState):
    """The state of a run as its trainer sees it, which schedules the steps of workers.

    Attributes:
      members: Those that it trains with, once it does.
    """

    members: AsyncMembers | None = None

    def should_regroup(self) -> bool:
        """Returns whether a worker serves that was not there when training began."""
        return self.members is not None and self.members.somebody_waits()


class AsyncJob:
    """Trains with the parameter servers and workers that are there.

    When one of them is lost so that TensorFlow cannot go on, or another worker has come, the
    program starts itself anew: TensorFlow's runtime cannot change whom it is connected to.
    """

    def __init__(
        self,
        experiment: experiment_pb2.Experiment,
        cluster: cluster_pb2.Cluster,
        client: CoordinationClient,
        generation: coordination_pb2.Generation,
    ):
        """Connects to nobody.

        Args:
          experiment: The experiment.
          cluster: The layout of the run.
          client: Is registered, and sends heartbeats.
          generation: That of this trainer.
        """
        self._experiment = experiment
        self._cluster = cluster
        self._client = client
        self._generation = generation

    def run(
        self,
        jobs: Jobs,
        logdir: Path,
        console: Console,
        run_state: AsyncRunState,
        *,
        may_restart_input: bool,
    ) -> int:
        """Trains until the training has finished or this process is to stop.

        Args:
          jobs: The jobs of the process.
          logdir: The experiment's log directory, which all members share.
          console: For log lines.
          run_state: The state of the run.
          may_restart_input: As in TrainJob.

        Returns:
          The exit code of the process.

        Raises:
          JobError: The training failed. The controller has been told.
        """
        with MemberWatch(self._client, self._cluster.heartbeat_seconds) as watch:
            members = AsyncMembers(self._cluster, watch, is_first=self._generation.number == 1)
            try:
                with disk_and_graph_errors(logdir):
                    ending = Ending.STOPS
                    if members.wait(lambda: run_state.should_stop() is not None, console):
                        run_state.members = members
                        watch.after_each_look(lambda: _begin_if_overdue(members, console))
                        job = TrainJob(
                            self._experiment,
                            jobs,
                            logdir,
                            console,
                            run_state,
                            may_restart_input=may_restart_input,
                        )
                        ending = job.run(self._group(members))
            except BaseException as error:
                self._fail(error, run_state.should_stop(), members, console)
                raise
            return self._end(ending, run_state.should_stop(), console)

    def _group(self, members: AsyncMembers) -> WorkerGroup:
        """Connects to the servers."""
        ops.load()
        cluster, own = self._cluster, _own_address(self._cluster)
        workers = list(members.workers.values())
        try:
            with _quiet_connection():
                servers = ParameterServers(own, workers, list(members.servers.values()))
        except tf.errors.UnknownError as error:
            raise JobError(
                f"cluster.trainer: no server can be started at {own}: {error.message}. End the "
                "process that has the port, or give another address"
            ) from error
        members.connected(servers.is_known_lost)
        bound = _STALENESS_OF_A_WORKER * len(workers)
        if cluster.HasField("max_staleness"):
            bound = cluster.max_staleness
        return WorkerGroup(asynchronous=AsyncWorkers(servers, bound, members.check))

    def _end(self, ending: Ending, stop: Stop | None, console: Console) -> int:
        outcomes = coordination_pb2.LeaveRequest
        if stop is None and ending == Ending.REGROUPS:
            begin_anew("members", "another worker has come", console)
        is_stopped = ending in (Ending.STOPS, Ending.REGROUPS)
        self._client.leave(outcomes.STOPPED if is_stopped else outcomes.FINISHED)
        return stop.exit_code if stop else EXIT_FINISHED

    def _fail(
        self, error: BaseException, stop: Stop | None, members: AsyncMembers, console: Console
    ) -> None:
        """Begins anew if another member is the cause of the error, else tells the controller."""
        if stop is None and isinstance(error, BeginsAnew):
            begin_anew("members", str(error), console)
        if stop is None and isinstance(error, Exception) and may_come_from_others(error):
            seconds = self._cluster.lease_seconds + 3 * self._cluster.heartbeat_seconds
            if reason := members.wait_for_loss(seconds):
                begin_anew("members", reason, console)
        leave_failed(self._client, error, is_permanent=isinstance(error, JobError))


@contextlib.contextmanager
def _quiet_connection() -> Iterator[None]:
    """Keeps back what TensorFlow tells of the connection, and later of calls that fail."""
    if wants_all_messages():
        yield
        return
    tf.get_logger().setLevel(logging.CRITICAL)
    verbosity = absl.logging.get_verbosity()
    absl.logging.set_verbosity(absl.logging.ERROR)
    try:
        yield
    finally:
        absl.logging.set_verbosity(verbosity)


def _own_address(cluster: cluster_pb2.Cluster) -> str:
    if cluster.HasField("trainer"):
        return cluster.trainer
    host = parse_address(cluster.controller).host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind((host, 0))
        return str(Address(host, listener.getsockname()[1]))


def _begin_if_overdue(members: AsyncMembers, console: Console) -> None:
    if reason := members.overdue():
        begin_anew("members", reason, console)
