"""Runs a worker: one of the processes that train together."""

import contextlib
import time
from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.parts import CheckpointParts
from frazo.cluster.address import parse_address
from frazo.cluster.client import BarrierTimeout, CoordinationClient, GenerationOver
from frazo.cluster.listening import why_not_bound
from frazo.cluster.member_run_state import MemberRunState
from frazo.experiment.job_list import Jobs
from frazo.input.share import Share
from frazo.jobs.member_failure import begin_anew, leave_failed, may_come_from_others
from frazo.jobs.mesh_check import require_mesh
from frazo.jobs.train_job import TrainJob
from frazo.jobs.worker_watchdog import WorkerWatchdog
from frazo.program.console import Console
from frazo.program.disk_and_graph_errors import disk_and_graph_errors
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED, JobError
from frazo.proto import cluster_pb2, coordination_pb2, experiment_pb2
from frazo.run.run_state import Stop
from frazo.shard.collective_group import CollectiveGroup
from frazo.shard.collective_server import connect
from frazo.shard.connected_mesh import connected_mesh, mesh_coordinates
from frazo.shard.mesh_layout import MeshLayout
from frazo.train.collective_reduction import CollectiveReduction
from frazo.train.loop_plan import CollectiveAgreement, Ending
from frazo.train.mesh_reduction import MeshReduction
from frazo.train.worker_group import WorkerGroup

_TRAVEL_DTYPES = {
    cluster_pb2.Cluster.NONE: tf.float32,
    cluster_pb2.Cluster.BFLOAT16: tf.bfloat16,
    cluster_pb2.Cluster.FLOAT16: tf.float16,
}
# How long the port of this worker may be in use.
_PORT_SECONDS = 10.0
_POLL_SECONDS = 0.05
_SAVED_BARRIER = "all-have-saved"
# The slowest worker may be writing its part.
_PARTS_SECONDS = 600.0


class WorkerJob:
    """Trains in one generation of workers.

    When the generation ends before the training, the program starts itself anew: TensorFlow's
    runtime cannot change whom it is connected to.
    """

    def __init__(
        self,
        experiment: experiment_pb2.Experiment,
        cluster: cluster_pb2.Cluster,
        client: CoordinationClient,
        generation: coordination_pb2.Generation,
        index: int,
        watchdog: WorkerWatchdog,
    ):
        """Starts no server.

        Args:
          experiment: The experiment.
          cluster: The layout of the run.
          client: Is registered, and sends heartbeats.
          generation: The workers, and this one among them.
          index: The number of this worker in the layout.
          watchdog: Gets the controller's orders.
        """
        self._watchdog = watchdog
        self._experiment = experiment
        self._cluster = cluster
        self._client = client
        self._generation = generation
        self._addresses = [worker.address for worker in generation.workers]
        self._rank = [worker.index for worker in generation.workers].index(index)
        self._size = len(self._addresses)
        self._layout = require_mesh(experiment, self._size)
        self.share = _share_of(self._rank, self._size, self._layout)

    def run(
        self,
        jobs: Jobs,
        logdir: Path,
        console: Console,
        run_state: MemberRunState,
        *,
        may_restart_input: bool,
    ) -> int:
        """Trains until the training has finished or this process is to stop.

        Args:
          jobs: The jobs of the process.
          logdir: The experiment's log directory, which all members share.
          console: For log lines.
          run_state: The state of the run; its share is that of this worker.
          may_restart_input: As in TrainJob.

        Returns:
          The exit code of the process.

        Raises:
          JobError: This worker failed. The controller has been told.
        """
        try:
            with (
                disk_and_graph_errors(logdir),
                self._watchdog.training(self._generation.number),
            ):
                job = TrainJob(
                    self._experiment,
                    jobs,
                    logdir,
                    console,
                    run_state,
                    may_restart_input=may_restart_input,
                )
                ending = job.run(self._group(logdir))
        except BaseException as error:
            stop = run_state.should_stop()
            if stop is not None and stop.exit_code == EXIT_FAILED and may_come_from_others(error):
                # The others' collectives were ended; the text of TensorFlow hides why.
                self._client.leave(coordination_pb2.LeaveRequest.STOPPED)
                raise JobError(stop.reason) from error
            self._fail(error, stop, console)
            if isinstance(error, GenerationOver):
                raise JobError(
                    f"the other workers ended before this one had saved: {error}. The same command "
                    "goes on from the last checkpoint"
                ) from error
            raise
        return self._end(ending, run_state.should_stop(), console)

    def _group(self, logdir: Path) -> WorkerGroup:
        """Connects the workers."""
        group, cluster = CollectiveGroup(self._rank, self._size), self._cluster
        parts = CheckpointParts(
            logdir / "train",
            generation=self._generation.number,
            rank=group.rank,
            size=group.size,
            wait_for_all=self._wait_for_parts,
            may_commit=self._require_lease,
        )
        if group.size == 1:
            return WorkerGroup(parts=parts)
        self._wait_for_own_port(group.rank)
        connect(self._addresses, group.rank)
        min_workers = cluster.min_workers or len(cluster.workers)
        agreement = CollectiveAgreement(group, min_workers)
        travel = cluster.bucket_bytes, _TRAVEL_DTYPES[cluster.gradient_compression]
        if self._layout is None:
            return WorkerGroup(agreement, CollectiveReduction(group, *travel), parts)
        mesh = connected_mesh(self._rank, *self._layout)
        return WorkerGroup(agreement, MeshReduction(mesh, *travel), parts, mesh)

    def _wait_for_own_port(self, rank: int) -> None:
        """A process that had the port before may still be ending."""
        address = parse_address(self._addresses[rank])
        until = time.monotonic() + _PORT_SECONDS
        while cause := why_not_bound(address):
            if time.monotonic() > until:
                name = f"worker {self._generation.workers[rank].index}"
                raise JobError(
                    f"{name} cannot listen on {address}: {cause}. End the process that has the port, "
                    f"or give another address for {name} in the cluster"
                )
            time.sleep(_POLL_SECONDS)

    def _wait_for_parts(self, barrier: str) -> None:
        try:
            self._client.wait_at_barrier(barrier, _PARTS_SECONDS)
        except (GenerationOver, BarrierTimeout) as error:
            raise OSError(str(error)) from error

    def _require_lease(self) -> None:
        """Waits until this process knows that it is still the one that writes: a controller that is
        away for a while comes back to the same generation.
        """
        until = time.monotonic() + _PARTS_SECONDS
        while not self._client.lease_is_valid():
            stop = self._client.orders.stop
            is_lost = stop is not None and stop.failed
            if self._is_over() or is_lost or time.monotonic() > until:
                raise OSError("this process was silent for too long: other workers may write now")
            time.sleep(_POLL_SECONDS)

    def _is_over(self) -> bool:
        return self._client.orders.generation > self._generation.number

    def _end(self, ending: Ending, stop: Stop | None, console: Console) -> int:
        outcomes = coordination_pb2.LeaveRequest
        is_stopped = ending in (Ending.STOPS, Ending.REGROUPS)
        if is_stopped and self._size > 1:
            self._wait_until_all_have_saved()
        if stop is None and ending == Ending.REGROUPS:
            begin_anew("workers", "other workers join or leave", console)
        self._client.leave(outcomes.STOPPED if is_stopped else outcomes.FINISHED)
        return stop.exit_code if stop else EXIT_FINISHED

    def _wait_until_all_have_saved(self) -> None:
        """Without this the generation would end by the first who leaves, and what the chief is
        about to save would not count.
        """
        # If another one is lost meanwhile, this one has nothing left to wait for.
        with contextlib.suppress(GenerationOver, JobError):
            self._client.wait_at_barrier(_SAVED_BARRIER, _PARTS_SECONDS)

    def _fail(self, error: BaseException, stop: Stop | None, console: Console) -> None:
        """Begins anew if another worker is the cause of the error, else tells the controller."""
        may_go_on = stop is None and isinstance(error, Exception)
        if may_go_on and self._generation_ends(wait=may_come_from_others(error)):
            begin_anew("workers", self._client.orders.reason, console)
        leave_failed(self._client, error, is_permanent=isinstance(error, JobError))

    def _generation_ends(self, *, wait: bool) -> bool:
        """Returns whether the generation is over. A collective may fail before the controller
        knows that a worker is lost.
        """
        seconds = self._cluster.lease_seconds + 3 * self._cluster.heartbeat_seconds if wait else 0
        until = time.monotonic() + seconds
        while not self._is_over() and time.monotonic() < until:
            time.sleep(_POLL_SECONDS)
        return self._is_over()


def _share_of(rank: int, size: int, layout: MeshLayout | None) -> Share:
    """Returns what a worker reads: those that differ only off the batch axis read the same."""
    if layout is None:
        return Share(rank, size)
    coordinates = mesh_coordinates(rank, layout.sizes)
    replica = coordinates.pop(layout.batch_axis, 0)
    copy = 0
    for name, coordinate in coordinates.items():
        copy = copy * layout.sizes[name] + coordinate
    return Share(replica, size // layout.copies, copy=copy, copies=layout.copies)
