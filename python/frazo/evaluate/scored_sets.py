"""Builds the scored sets of a process's jobs."""

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
    """Builds a ScoredSet for each evaluated input, then one for each decoded input.

    Args:
      jobs: The jobs of the process.
      experiment: The experiment.
      logdir: Its log directory.
      console: For log lines.

    Raises:
      JobError: The files of an input cannot be used.
    """
    kinds = [(EvaluatedSet, jobs.evaluated), (DecodedSet, jobs.decoded)]
    return [kind(name, experiment, logdir, console) for kind, names in kinds for name in names]
