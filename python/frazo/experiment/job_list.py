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
    """

    controller: bool
    trainer: bool
    evaluated: tuple[str, ...]
    decoded: tuple[str, ...] = ()
