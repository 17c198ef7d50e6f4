"""Stacks of many equal layers, which a plan need not trace in full.

Each layer of a stack adds the same to all that is counted. So a graph with few layers and one with
a few more tell what any number of them costs.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from frazo.proto import experiment_pb2
from google.protobuf.message import Message

# What is counted, by any key.
Counts: TypeAlias = Mapping[Hashable, int | float]

# A graph has at least so many layers, so that what the first and the last layer do differently
# does not count.
_FEW = 2
_FIELD = "num_layers"
_ALTERNATING_FIELD = "alternating_with"


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
    stacks = [_Stack.of(message) for message in messages_with(_FIELD, small.task)]
    deep = [stack for stack in stacks if stack.depth > stack.more]
    for stack in deep:
        stack.set_depth(stack.few)
    few = dict(count(small))
    total = dict(few)
    for stack in deep:
        stack.set_depth(stack.more)
        more = count(small)
        stack.set_depth(stack.few)
        added = (stack.depth - stack.few, stack.more - stack.few)
        for key, value in counts_of_more_layers(few, more, *added).items():
            total[key] = total.get(key, 0) + value
    return total


def counts_of_more_layers(few: Counts, more: Counts, layers: int, of: int) -> Counts:
    """Returns what further layers add.

    Args:
      few: What a graph costs.
      more: What one with `of` more layers costs.
      layers: The number of further layers.
      of: > 0.
    """
    return {key: _scaled(more.get(key, 0) - few.get(key, 0), layers, of) for key in {**few, **more}}


class _Stack(NamedTuple):
    """A stack of layers.

    Attributes:
      message: Its message, which is changed.
      depth: Its number of layers.
      few: A small number of layers that ends at the same one of those that take turns.
      more: A larger one.
    """

    message: Message
    depth: int
    few: int
    more: int

    @classmethod
    def of(cls, message: Message) -> "_Stack":
        depth = getattr(message, _FIELD)
        period = 1 + len(getattr(message, _ALTERNATING_FIELD, ()))
        rounds = -(-_FEW // period) * period
        few = rounds + depth % period
        return cls(message, depth, few, few + rounds)

    def set_depth(self, layers: int) -> None:
        setattr(self.message, _FIELD, layers)


def messages_with(name: str, message: Message) -> Iterator[Message]:
    """Yields the messages below a message, and itself, that have a field of this name."""
    if name in message.DESCRIPTOR.fields_by_name:
        yield message
    for field, value in message.ListFields():
        if field.type != field.TYPE_MESSAGE:
            continue
        for part in value if field.is_repeated else [value]:
            if isinstance(part, Message):
                yield from messages_with(name, part)


def _scaled(value: int | float, layers: int, of: int) -> int | float:
    """Returns value * layers / of, rounded if it is a whole number."""
    return value * layers / of if isinstance(value, float) else round(Fraction(value * layers, of))
