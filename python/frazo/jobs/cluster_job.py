"""Runs the jobs of a process that is a member of a cluster."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from frazo.cluster.controller import Controller
from frazo.experiment.job_list import Jobs
from frazo.program.console import Console
from frazo.program.errors import EXIT_FINISHED
from frazo.proto import cluster_pb2, coordination_pb2, experiment_pb2


def run(
    experiment: experiment_pb2.Experiment,
    cluster: cluster_pb2.Cluster,
    member: coordination_pb2.MemberName,
    jobs: Jobs,
    logdir: Path,
    console: Console,
    *,
    start_tensorflow: Callable[[], None],
    may_restart_input: bool,
) -> int:
    """Runs the jobs until they are done, fail or are to stop.

    Args:
      experiment: The experiment.
      cluster: Where the members of the run are.
      member: Which of them this process is.
      jobs: Its jobs.
      logdir: The experiment's log directory, which all members share.
      console: For log lines.
      start_tensorflow: Imports TensorFlow and chooses its devices. A process that only controls
        does without.
      may_restart_input: As in TrainJob.

    Returns:
      The exit code of the process.

    Raises:
      JobError: A job failed.
    """
    with contextlib.ExitStack() as stack:
        controller = None
        if jobs.controller:
            controller = stack.enter_context(Controller(cluster, logdir, console))
        code = EXIT_FINISHED
        if jobs.trainer or jobs.evaluated or jobs.decoded:
            member_jobs = Jobs(False, jobs.trainer, jobs.evaluated, jobs.decoded)
            code = _run_member(
                experiment,
                cluster,
                member,
                member_jobs,
                logdir,
                console,
                start_tensorflow=start_tensorflow,
                may_restart_input=may_restart_input,
            )
        if controller is not None:
            code = max(code, controller.wait_until_over())
        return code
