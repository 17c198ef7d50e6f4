"""The controller, the evalers and the decoders as processes of their own, beside a trainer."""

from pathlib import Path

from frazo.checkpoint.follower import CheckpointFollower
from frazo.checkpoint.restore import restore_variables
from frazo.evaluate.scored_sets import scored_sets
from frazo.experiment.job_list import TRAIN_INPUT, Jobs
from frazo.experiment.model import Model
from frazo.experiment.parts import build_input
from frazo.jobs.control_records import ControlRecords
from frazo.program.console import Console
from frazo.program.number_format import format_bytes
from frazo.program.stop_request import StopRequest
from frazo.proto import experiment_pb2
from frazo.train.inner_loop import InnerLoop
from frazo.train.state import INPUT_PREFIX

_BEFORE_ALL = -1


def run(
    experiment: experiment_pb2.Experiment,
    jobs: Jobs,
    logdir: Path,
    console: Console,
    stop: StopRequest,
) -> None:
    """Does the jobs at each newest checkpoint until the training has finished, or a stop is
    requested.

    The controller writes the records of the run before that. JobError: no checkpoint came in time.
    """
    if jobs.controller:
        _write_records(experiment, logdir, console)
    sets = scored_sets(jobs, experiment, logdir, console)
    model = Model(experiment, sets[0].source.element_spec) if sets else None
    for scored in sets:
        scored.prepare(model)
    follower = CheckpointFollower(
        logdir / "train", experiment.eval.checkpoint_timeout_seconds, console, lambda: bool(stop)
    )
    step = _BEFORE_ALL
    while checkpoint := follower.next(step):
        step = checkpoint.step
        if jobs.controller:
            size = format_bytes(checkpoint.manifest.size_bytes)
            console.line(f"controller: step: {step}, {checkpoint.name} is whole, {size}")
        wanting = [scored for scored in sets if scored.wants(step)]
        if wanting:
            restore_variables(checkpoint, model.variables, other_prefix=INPUT_PREFIX)
        for scored in wanting:
            scored.score(step, lambda: bool(stop))
    for scored in sets:
        scored.close()
    for label in [*(["controller"] if jobs.controller else []), *(s.label for s in sets)]:
        console.line(
            f"{label}: stopped by {stop.signal.name}"
            if stop
            else f"{label}: training has finished; its last checkpoint, of step {step}, is done"
        )


def _write_records(experiment: experiment_pb2.Experiment, logdir: Path, console: Console) -> None:
    records = ControlRecords(logdir, console)
    records.warn_of_changes(experiment)
    train_input = build_input(experiment, TRAIN_INPUT)
    model = Model(experiment, train_input.element_spec)
    records.write(experiment, model)
    iterator = iter(train_input.dataset())
    records.begin_graph(InnerLoop(model, iterator, experiment.learner.max_nonfinite_steps))
    records.close()
    console.line(f"controller: the records of the run are in {logdir / 'control'}")
