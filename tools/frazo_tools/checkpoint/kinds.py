"""What the tensors of a checkpoint are, by their names."""

import enum
from collections.abc import Iterable

from frazo.experiment.model import GLOBAL_STEP
from frazo.learn.learner import LEARNER_PREFIX
from frazo.learn.moving_averages import AVERAGE_PREFIX
from frazo.train.state import INPUT_PREFIX


class Kind(enum.StrEnum):
    """WEIGHT: a variable of the model, trained or not. SLOT: what the learner keeps of a weight.
    AVERAGE: the moving average of a weight. STATE: everything else.
    """

    WEIGHT = "weight"
    SLOT = "slot"
    AVERAGE = "average"
    STATE = "state"


def kinds_of(names: Iterable[str]) -> dict[str, Kind]:
    """Returns the kind of each of a checkpoint's tensors. Any tensor of another program's is a
    weight, except for the step.
    """
    names = list(names)
    weights = {name for name in names if _is_weight(name)}
    return {name: Kind.WEIGHT if name in weights else _other_kind(name, weights) for name in names}


def _is_weight(name: str) -> bool:
    return name != GLOBAL_STEP and not name.startswith((LEARNER_PREFIX, INPUT_PREFIX))


def _other_kind(name: str, weights: set[str]) -> Kind:
    if name.startswith(AVERAGE_PREFIX):
        return Kind.AVERAGE
    if name.startswith(LEARNER_PREFIX):
        # "learner/<the slot's name>/<the weight's name>", both of one part or more.
        rest = name
        while "/" in rest:
            _, _, rest = rest.partition("/")
            if rest in weights:
                return Kind.SLOT
    return Kind.STATE
