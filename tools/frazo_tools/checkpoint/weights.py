"""The weights of a checkpoint, trained or averaged."""

from collections.abc import Mapping

from frazo.learn.moving_averages import AVERAGE_PREFIX
from frazo.program.errors import JobError
from frazo_tools.checkpoint.kinds import Kind
from frazo_tools.checkpoint.source import Source, TensorEntry

TRAINED, AVERAGED = "trained", "averaged"


def weights_of(source: Source, which: str | None) -> Mapping[str, TensorEntry]:
    """Returns the weights or their averages, by the names of the weights.

    Args:
      source: The checkpoint.
      which: TRAINED or AVERAGED; None: the averages if there are any, as evaluation does.

    Raises:
      JobError: There are none.
    """
    weights = {entry.name: entry for entry in source.of_kind(Kind.WEIGHT)}
    if not weights:
        raise JobError(f"{source.prefix}: it has no weights")
    averages = {
        entry.name.removeprefix(AVERAGE_PREFIX): entry for entry in source.of_kind(Kind.AVERAGE)
    }
    if which == AVERAGED and not averages:
        raise JobError(
            f"{source.prefix}: it has no moving averages of its weights. Remove --weights=averaged"
        )
    # What is not trained has none.
    return weights if which == TRAINED else {**weights, **averages}
