"""The jobs that a process does."""

import dataclasses

# The input that the trainer reads; all others are for evaluation.
TRAIN_INPUT = "Train"


@dataclasses.dataclass(frozen=True)
class Jobs:
    """evaluated, decoded: names of inputs, as in the experiment."""

    controller: bool
    trainer: bool
    evaluated: tuple[str, ...]
    decoded: tuple[str, ...] = ()
