"""Runs the controller, evalers and decoders in a process beside the trainer's."""

from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.directory import Checkpoint
from frazo.evaluate.scored_set import ScoredSet
from frazo.evaluate.scored_sets import scored_sets
from frazo.experiment.job_list import Jobs, train_inputs
from frazo.experiment.model import InferenceModel, Model
from frazo.experiment.parts import build_input, check_task_inputs
from frazo.input.share import Share
from frazo.jobs.control_records import ControlRecords
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.program.number_format import format_bytes
from frazo.proto import experiment_pb2
from frazo.run.run_state import RunState
from frazo.train.inner_loop import InnerLoop
from frazo.train.state import INPUT_PREFIX

_BEFORE_ALL = -1


def run(
    experiment: experiment_pb2.Experiment,
    jobs: Jobs,
    logdir: Path,
    console: Console,
    run_state: RunState,
) -> None:
    """Runs the jobs at each newest checkpoint until training has finished or a stop is requested.

    The controller first writes the records of the run.

    Args:
      experiment: The experiment.
      jobs: The jobs of the process; the trainer is not one of them.
      logdir: The experiment's log directory.
      console: For log lines.
      run_state: Gives the checkpoints.

    Raises:
      JobError: An input cannot be used, or no checkpoint came in time.
    """
    if jobs.controller:
        _write_records(experiment, logdir, console, run_state.share)
    sets, model = prepared_sets(experiment, jobs, logdir, console)
    step = _BEFORE_ALL
    while checkpoint := run_state.latest_checkpoint(after=step):
        wanting = [scored for scored in sets if scored.wants(checkpoint.step)]
        if model is not None and wanting and not restored(model, checkpoint):
            continue
        step = checkpoint.step
        if jobs.controller:
            size = format_bytes(checkpoint.manifest.size_bytes)
            console.line(f"controller: step: {step}, {checkpoint.name} is whole, {size}")
        for scored in wanting:
            scored.score(step, lambda: run_state.should_stop() is not None)
    for scored in sets:
        scored.close()
    stop = run_state.should_stop()
    for label in [*(["controller"] if jobs.controller else []), *(s.label for s in sets)]:
        console.line(
            f"{label}: stopped by {stop.reason}"
            if stop
            else f"{label}: training has finished; its last checkpoint, of step {step}, is done"
        )


def prepared_sets(
    experiment: experiment_pb2.Experiment, jobs: Jobs, logdir: Path, console: Console
) -> tuple[list[ScoredSet], InferenceModel | None]:
    """Returns what the jobs score, ready for it, and the model; None if they score nothing.

    Args:
      experiment: The experiment.
      jobs: The jobs of the process.
      logdir: The experiment's log directory.
      console: For log lines.

    Raises:
      JobError: An input cannot be used.
    """
    sets = scored_sets(jobs, experiment, logdir, console)
    model = InferenceModel(experiment, sets[0].scored_input.element_spec) if sets else None
    if model is not None:
        # The trainer has given the warnings.
        check_task_inputs(model.task, experiment, jobs.evaluated)
        for scored in sets:
            scored.prepare(model)
    return sets, model


def restored(model: InferenceModel, checkpoint: Checkpoint) -> bool:
    """Restores a model, unless the trainer has removed the checkpoint since it was found.

    Args:
      model: The model.
      checkpoint: A checkpoint that was whole.

    Returns:
      Whether it was still there.

    Raises:
      JobError: It does not fit the model, or cannot be read.
    """
    try:
        model.restore(checkpoint, INPUT_PREFIX)
    except JobError:
        if checkpoint.is_recorded():
            raise
        return False
    return True


def _write_records(
    experiment: experiment_pb2.Experiment, logdir: Path, console: Console, share: Share
) -> None:
    records = ControlRecords(logdir, console)
    records.warn_of_changes(experiment)
    # The graph needs the specs of the batches alone: the data may be on the trainer's machine.
    specs = {
        task: build_input(experiment, name, share, is_read=False).element_spec
        for task, name in train_inputs(experiment).items()
    }
    model = Model(experiment, next(iter(specs.values())))
    records.write(experiment, model)
    no_batches = {
        task: iter(tf.data.Dataset.from_generator(tuple, output_signature=spec))
        for task, spec in specs.items()
    }
    iterator = no_batches.get("", no_batches)
    records.begin_graph(InnerLoop(model, iterator, experiment.learner.max_nonfinite_steps))
    records.close()
    console.line(f"controller: the records of the run are in {logdir / 'control'}")
