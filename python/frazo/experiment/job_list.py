"""Says which jobs a process runs."""

import dataclasses
from collections.abc import Mapping

from frazo.proto import experiment_pb2

# The trainer of a single task reads this input; the other inputs are for evaluation.
TRAIN_INPUT = "Train"


def train_inputs(experiment: experiment_pb2.Experiment) -> Mapping[str, str]:
    """Returns the names of the inputs that the trainer reads.

    Returns:
      By the name of each task that is trained, in their order. A single task is called "".
    """
    if experiment.task.WhichOneof("kind") != "multi_task":
        return {"": TRAIN_INPUT}
    return {part.name: part.train_input for part in experiment.task.multi_task.tasks}


@dataclasses.dataclass(frozen=True)
class Jobs:
    """The jobs of a process.

    Attributes:
      controller: Whether it keeps the records of the run.
      trainer: Whether it trains.
      evaluated: Names of the inputs that it evaluates, as in the experiment.
      decoded: Names of the inputs that it decodes, as in the experiment.
      worker: Whether it computes gradients in a cluster.
      parameter_server: Whether it holds variables in a cluster.
      only_step: Set: it evaluates the checkpoint of this step alone, and ends.
    """

    controller: bool
    trainer: bool
    evaluated: tuple[str, ...]
    decoded: tuple[str, ...] = ()
    worker: bool = False
    parameter_server: bool = False
    only_step: int | None = None
