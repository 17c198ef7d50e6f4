"""Runs the controller, evalers and decoders in a process beside the trainer's."""

from pathlib import Path

from frazo.checkpoint.restore import restore_variables
from frazo.evaluate.scored_sets import scored_sets
from frazo.experiment.job_list import TRAIN_INPUT, Jobs
from frazo.experiment.model import Model
from frazo.experiment.parts import build_input, check_task_inputs
from frazo.input.share import Share
from frazo.jobs.control_records import ControlRecords
from frazo.program.console import Console
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
    sets = scored_sets(jobs, experiment, logdir, console)
    model = Model(experiment, sets[0].scored_input.element_spec) if sets else None
    if model is not None:
        # The trainer has given the warnings.
        check_task_inputs(model.task, experiment, jobs.evaluated)
        for scored in sets:
            scored.prepare(model)
    step = _BEFORE_ALL
    while checkpoint := run_state.latest_checkpoint(after=step):
        step = checkpoint.step
        if jobs.controller:
            size = format_bytes(checkpoint.manifest.size_bytes)
            console.line(f"controller: step: {step}, {checkpoint.name} is whole, {size}")
        wanting = [scored for scored in sets if scored.wants(step)]
        if model is not None and wanting:
            restore_variables(checkpoint, model.variables, other_prefix=INPUT_PREFIX)
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


def _write_records(
    experiment: experiment_pb2.Experiment, logdir: Path, console: Console, share: Share
) -> None:
    records = ControlRecords(logdir, console)
    records.warn_of_changes(experiment)
    train_input = build_input(experiment, TRAIN_INPUT, share)
    model = Model(experiment, train_input.element_spec)
    records.write(experiment, model)
    iterator = iter(train_input.dataset())
    records.begin_graph(InnerLoop(model, iterator, experiment.learner.max_nonfinite_steps))
    records.close()
    console.line(f"controller: the records of the run are in {logdir / 'control'}")
