"""Runs the jobs of a process."""

import signal
from pathlib import Path

from frazo.experiment.job_list import Jobs
from frazo.jobs import follow_job
from frazo.jobs.train_job import TrainJob
from frazo.program.console import Console
from frazo.program.disk_and_graph_errors import disk_and_graph_errors
from frazo.program.errors import EXIT_FINISHED, EXIT_INTERRUPTED
from frazo.program.stop_request import StopRequest
from frazo.proto import experiment_pb2


def run(experiment: experiment_pb2.Experiment, jobs: Jobs, logdir: Path, console: Console) -> int:
    """Returns the exit code. JobError: a job failed."""
    with StopRequest() as stop, disk_and_graph_errors(logdir):
        if jobs.trainer:
            TrainJob(experiment, jobs, logdir, console, stop).run()
        else:
            follow_job.run(experiment, jobs, logdir, console, stop)
    return EXIT_INTERRUPTED if stop.signal == signal.SIGINT else EXIT_FINISHED
