"""Runs the jobs of a process."""

from pathlib import Path

from frazo.experiment.job_list import Jobs
from frazo.jobs import follow_job, once_job
from frazo.jobs.train_job import TrainJob
from frazo.program.console import Console
from frazo.program.disk_and_graph_errors import disk_and_graph_errors
from frazo.program.errors import EXIT_FINISHED
from frazo.proto import experiment_pb2
from frazo.run.run_state import RunState


def run(
    experiment: experiment_pb2.Experiment,
    jobs: Jobs,
    logdir: Path,
    console: Console,
    run_state: RunState,
    *,
    may_restart_input: bool = False,
) -> int:
    """Runs the jobs until they are done or a stop is requested.

    Args:
      experiment: The experiment.
      jobs: The jobs of the process.
      logdir: The experiment's log directory.
      console: For log lines.
      run_state: What the processes of the run know of each other.
      may_restart_input: As in TrainJob.

    Returns:
      The exit code of the process.

    Raises:
      JobError: A job failed.
    """
    with disk_and_graph_errors(logdir):
        if jobs.trainer:
            job = TrainJob(
                experiment, jobs, logdir, console, run_state, may_restart_input=may_restart_input
            )
            job.run()
        elif jobs.only_step is not None:
            once_job.run(experiment, jobs, logdir, console, run_state)
        else:
            follow_job.run(experiment, jobs, logdir, console, run_state)
    stop = run_state.should_stop()
    return stop.exit_code if stop else EXIT_FINISHED
