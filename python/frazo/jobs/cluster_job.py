"""Runs the jobs of a process that is a member of a cluster.

The process that only controls imports no TensorFlow.
"""

import contextlib
import dataclasses
from collections.abc import Callable
from pathlib import Path

from frazo.cluster.client import CoordinationClient
from frazo.cluster.controller import Controller
from frazo.cluster.member_activity import MemberActivity
from frazo.cluster.member_key import key_of
from frazo.cluster.page import RunPage
from frazo.config import resolved_text
from frazo.jobs.cluster_part import ClusterPart
from frazo.jobs.worker_watchdog import WorkerWatchdog
from frazo.program.console import Console
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED, EXIT_INTERRUPTED
from frazo.program.stop_request import StopRequest
from frazo.proto import coordination_pb2, experiment_pb2

_CONTROLLER = "controller"
_POLL_SECONDS = 0.2


class ClusterJob:
    """The jobs of one process."""

    def __init__(
        self,
        experiment: experiment_pb2.Experiment,
        part: ClusterPart,
        logdir: Path,
        console: Console,
        *,
        start_tensorflow: Callable[[], None],
        may_restart_input: bool,
    ):
        """Starts nothing.

        Args:
          experiment: The experiment.
          part: The cluster, and what this process does in it.
          logdir: The experiment's log directory, which all members share.
          console: For log lines.
          start_tensorflow: Imports TensorFlow and chooses its devices.
          may_restart_input: As in TrainJob.
        """
        self._experiment = experiment
        self._cluster = part.cluster
        self._part = part
        self._logdir = logdir
        self._console = console
        self._start_tensorflow = start_tensorflow
        self._may_restart_input = may_restart_input

    def run(self) -> int:
        """Runs the jobs until they are done, fail or are to stop.

        Returns:
          The exit code of the process.

        Raises:
          JobError: A job failed.
        """
        members = [name for name in self._part.members() if name.job != _CONTROLLER]
        if not self._part.jobs.controller:
            return self._run_member(members[0])
        controller = Controller(self._cluster, self._logdir, self._console)
        page = RunPage(self._logdir, controller.status)
        controller.add_page("/", page.html)
        controller.add_page("/status.json", page.json)
        with controller:
            code = self._run_member(members[0]) if members else EXIT_FINISHED
            return max(code, self._wait_for(controller))

    def _wait_for(self, controller: Controller) -> int:
        """Waits for the end of the run. A signal is an order to all to stop."""
        with StopRequest() as request:
            is_told = False
            while (outcome := controller.wait_until_over(_POLL_SECONDS)) is None:
                if request.signal is not None and not is_told:
                    is_told = True
                    controller.request_stop(f"the controller got {request.signal.name}")
            if outcome.failed:
                self._console.error(f"the run failed: {outcome.reason}")
                return EXIT_FAILED
            self._console.line(f"controller: the run is over: {outcome.reason}")
            return EXIT_INTERRUPTED if request.is_interrupt else EXIT_FINISHED

    def _run_member(self, name: coordination_pb2.MemberName) -> int:
        activity = MemberActivity(self._experiment.train.max_steps, self._console)
        watchdog = WorkerWatchdog()
        client = CoordinationClient(self._cluster, name, self._console)
        with contextlib.closing(client):
            client.register(resolved_text(self._experiment), self._address(name))
            client.start_heartbeats(activity.status, watchdog.watch)
            self._start_tensorflow()
            if name.job == "trainer":
                return self._schedule(client, activity)
            if self._cluster.parameter_servers and name.job in ("worker", "ps"):
                from frazo.jobs.server_job import ServerJob

                return ServerJob(key_of(name), self._cluster, client, activity, self._console).run()
            if self._part.jobs.worker:
                return self._work(name.index, client, activity, watchdog)
            return self._follow(client, activity)

    def _address(self, name: coordination_pb2.MemberName) -> str:
        addresses = {"worker": self._cluster.workers, "ps": self._cluster.parameter_servers}
        return addresses[name.job][name.index] if name.job in addresses else ""

    def _work(
        self,
        index: int,
        client: CoordinationClient,
        activity: MemberActivity,
        watchdog: WorkerWatchdog,
    ) -> int:
        from frazo.cluster.member_run_state import MemberRunState
        from frazo.jobs.worker_job import WorkerJob

        activity.state = "waiting"
        generation = client.join_generation()
        if generation is None:
            return self._say_stop(client)
        activity.state = "training"
        job = WorkerJob(self._experiment, self._cluster, client, generation, index, watchdog)
        # The first worker keeps the records of the run: it has the model.
        jobs = dataclasses.replace(self._part.jobs, controller=True, trainer=True)
        with MemberRunState(
            self._experiment, self._logdir, self._console, client, activity, job.share
        ) as run_state:
            return job.run(
                jobs,
                self._logdir,
                self._console,
                run_state,
                may_restart_input=self._may_restart_input,
            )

    def _schedule(self, client: CoordinationClient, activity: MemberActivity) -> int:
        from frazo.jobs.async_job import AsyncJob, AsyncRunState

        activity.state = "waiting"
        generation = client.join_generation()
        if generation is None:
            return self._say_stop(client)
        activity.state = "training"
        job = AsyncJob(self._experiment, self._cluster, client, generation)
        jobs = dataclasses.replace(self._part.jobs, controller=True)
        with AsyncRunState(
            self._experiment, self._logdir, self._console, client, activity
        ) as run_state:
            return job.run(
                jobs,
                self._logdir,
                self._console,
                run_state,
                may_restart_input=self._may_restart_input,
            )

    def _follow(self, client: CoordinationClient, activity: MemberActivity) -> int:
        from frazo.cluster.member_run_state import MemberRunState
        from frazo.jobs import run_jobs

        outcomes = coordination_pb2.LeaveRequest
        activity.state = "following"
        jobs = dataclasses.replace(self._part.jobs, controller=False)
        try:
            with MemberRunState(
                self._experiment, self._logdir, self._console, client, activity
            ) as run_state:
                code = run_jobs.run(self._experiment, jobs, self._logdir, self._console, run_state)
                is_stopped = run_state.should_stop() is not None
        except BaseException as error:
            client.leave(outcomes.FAILED, message=str(error) or type(error).__name__)
            raise
        client.leave(outcomes.STOPPED if is_stopped else outcomes.FINISHED)
        return code

    def _say_stop(self, client: CoordinationClient) -> int:
        client.leave(coordination_pb2.LeaveRequest.STOPPED)
        stop = client.orders.stop
        if stop is None or not stop.failed:
            self._console.line("train: stopped before it began: " + (stop.reason if stop else ""))
            return EXIT_FINISHED
        self._console.error(stop.reason)
        return EXIT_FAILED
