"""Stacks of many equal layers, which a plan need not trace in full.

Each layer of a stack adds the same to all that is counted. So a graph with few layers and one with
a few more tell what any number of them costs.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from fractions import Fraction
from typing import TypeAlias

from frazo.proto import experiment_pb2
from google.protobuf.message import Message

# What is counted, by any key.
Counts: TypeAlias = Mapping[Hashable, int | float]

# Multiples of the period of stacks whose layers alternate.
_FEW, _MORE = 4, 8
_FIELD = "num_layers"


def counts_of_all_layers(
    experiment: experiment_pb2.Experiment,
    count: Callable[[experiment_pb2.Experiment], Counts],
) -> dict[Hashable, int | float]:
    """Counts what an experiment costs by those of its stacks with few layers.

    Args:
      experiment: The experiment.
      count: Counts what an experiment costs by its graph.

    Returns:
      What `count` would return for `experiment`. Whole numbers stay whole.
    """
    small = experiment_pb2.Experiment()
    small.CopyFrom(experiment)
    stacks = [stack for stack in _stacks(small.task) if getattr(stack, _FIELD) > _MORE]
    depths = [getattr(stack, _FIELD) for stack in stacks]
    for stack in stacks:
        setattr(stack, _FIELD, _FEW)
    few = dict(count(small))
    total = dict(few)
    for stack, depth in zip(stacks, depths, strict=True):
        setattr(stack, _FIELD, _MORE)
        more = count(small)
        setattr(stack, _FIELD, _FEW)
        for key in {**few, **more}:
            before = few.get(key, 0)
            per_layer = _quotient(more.get(key, 0) - before, _MORE - _FEW)
            total[key] = _whole(total.get(key, 0) + per_layer * (depth - _FEW))
    return total


def _stacks(message: Message) -> Iterator[Message]:
    """Yields the messages below a message, and itself, that have a number of layers."""
    if _FIELD in message.DESCRIPTOR.fields_by_name:
        yield message
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        for part in value if field.is_repeated else [value]:
            if isinstance(part, Message):
                yield from _stacks(part)


def _quotient(difference: int | float, layers: int) -> Fraction | float:
    return difference / layers if isinstance(difference, float) else Fraction(difference, layers)


def _whole(value: Fraction | float) -> int | float:
    return round(value) if isinstance(value, Fraction) else value
