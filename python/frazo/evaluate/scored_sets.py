"""The inputs that a process scores checkpoints on."""

from pathlib import Path

from frazo.evaluate.decoded_set import DecodedSet
from frazo.evaluate.evaluated_set import EvaluatedSet
from frazo.evaluate.scored_set import ScoredSet
from frazo.experiment.job_list import Jobs
from frazo.program.console import Console
from frazo.proto import experiment_pb2


def scored_sets(
    jobs: Jobs, experiment: experiment_pb2.Experiment, logdir: Path, console: Console
) -> list[ScoredSet]:
    """Those that are evaluated, then those that are decoded. JobError: one cannot be read."""
    kinds = [(EvaluatedSet, jobs.evaluated), (DecodedSet, jobs.decoded)]
    return [kind(name, experiment, logdir, console) for kind, names in kinds for name in names]
