"""Says which jobs a process runs."""

import dataclasses

# The trainer reads this input; the other inputs are for evaluation.
TRAIN_INPUT = "Train"


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
