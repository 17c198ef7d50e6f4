"""What a process sends to others in a step."""

from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

import tensorflow as tf
from frazo.plan.buffers import num_bytes
from frazo.plan.flat_graph import FlatGraph, Node

# By the type of an op: its name in the literature, and how often (size - 1) / size of the tensor
# of all processes leaves each of them (Thakur et al. 2005; all-reduce by a ring).
_COLLECTIVES = {
    "CollectiveAllToAllV2": ("all-to-all", 1),
    "CollectiveGatherV2": ("all-gather", 1),
    "CollectiveReduceV2": ("all-reduce", 2),
}
# What one process sends and another one receives.
_SEND = "CollectiveBcastSendV2"
# The position of the group's key among the inputs of a collective.
_KEY = 2


class Sent(NamedTuple):
    """Collectives of one kind on one axis.

    Attributes:
      axis: The mesh axis.
      collective: The kind, such as "all-reduce".
    """

    axis: str
    collective: str


def traffic(graph: FlatGraph, axes: Mapping[int, tuple[str, int]]) -> dict[Sent, int]:
    """Returns the bytes that each process sends, by axis and kind.

    Args:
      graph: The step of one process.
      axes: The name and the size of each axis, by the key of its group.
    """
    sent: Counter[Sent] = Counter()
    for node in graph.nodes:
        if node.op.type == _SEND:
            axis, _ = axes[_key(node)]
            sent[Sent(axis, "send")] += num_bytes(node.inputs[0], node.name) * node.rounds
        if node.op.type not in _COLLECTIVES:
            continue
        kind, times = _COLLECTIVES[node.op.type]
        axis, size = axes[_key(node)]
        share = times * _largest(node) * (size - 1) // size
        sent[Sent(axis, kind)] += share * node.rounds
    return dict(sent)


def _key(node: Node) -> int:
    """Returns the key of the group of a collective."""
    return int(tf.get_static_value(node.op.inputs[_KEY]))


def _largest(node: Node) -> int:
    """Returns the bytes of the argument or of the result: a gather grows the tensor."""
    return max(num_bytes(value, node.name) for value in (node.inputs[0], node.outputs[0]))
