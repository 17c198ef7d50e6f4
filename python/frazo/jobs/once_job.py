"""Evaluates one checkpoint, and ends."""

from pathlib import Path

from frazo.checkpoint.directory import Checkpoint, CheckpointDirectory
from frazo.checkpoint.manifest import DamagedCheckpointError
from frazo.experiment.job_list import Jobs
from frazo.jobs.follow_job import prepared_sets
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2
from frazo.run.run_state import RunState
from frazo.train.state import INPUT_PREFIX


def run(
    experiment: experiment_pb2.Experiment,
    jobs: Jobs,
    logdir: Path,
    console: Console,
    run_state: RunState,
) -> None:
    """Evaluates the checkpoint of jobs.only_step, also where it has scores already.

    Args:
      experiment: The experiment.
      jobs: The jobs of the process.
      logdir: The experiment's log directory.
      console: For log lines.
      run_state: Says when to stop.

    Raises:
      JobError: There is no such checkpoint, it is damaged, or an input cannot be used.
    """
    step = jobs.only_step
    assert step is not None
    checkpoint = checkpoint_of_step(logdir / "train", step)
    sets, model = prepared_sets(experiment, jobs, logdir, console)
    assert model is not None
    model.restore(checkpoint, INPUT_PREFIX)
    for scored in sets:
        scored.score(step, lambda: run_state.should_stop() is not None)
        scored.close()
    stop = run_state.should_stop()
    for scored in sets:
        end = f"stopped by {stop.reason}" if stop else f"{checkpoint.name} is done"
        console.line(f"{scored.label}: {end}")


def checkpoint_of_step(directory: Path, step: int) -> Checkpoint:
    """Returns the checkpoint of a step.

    Args:
      directory: Where the trainer writes checkpoints.
      step: The step.

    Raises:
      JobError: There is none, or it is damaged.
    """
    steps = CheckpointDirectory(directory).recorded_steps()
    if step not in steps:
        there = f"there are those of {', '.join(map(str, steps))}" if steps else "there is none"
        raise JobError(f"{directory}: there is no checkpoint of step {step}; {there}")
    try:
        return CheckpointDirectory(directory).open(step)
    except DamagedCheckpointError as error:
        raise JobError(str(error)) from None
