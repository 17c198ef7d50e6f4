"""The most memory that the tensors of a step take at the same time, by what they are for."""

import dataclasses
import enum
import itertools
from collections.abc import Sequence

from frazo.plan.buffers import Buffer, find_buffers
from frazo.plan.flat_graph import FlatGraph

# The ops that take logits.
_CROSS_ENTROPIES = frozenset(
    {"Frazo>CutCrossEntropyParts", "Frazo>SmoothedCrossEntropy", "LogSoftmax"}
)


# The parts of a step, in the order of peaks().
PARTS = ("forward", "backward, its first half", "backward, its second half", "update")


class Kind(enum.Enum):
    """What a buffer is for."""

    BATCH = "batch"
    # The forward pass makes them and the backward pass needs them, or makes them again.
    ACTIVATIONS = "activations"
    # The logits of the softmax, and what is made of them.
    LOGITS = "logits"
    # Gradients of weights.
    GRADIENTS = "gradients"
    # All else.
    TEMPORARY = "temporary"


@dataclasses.dataclass(frozen=True)
class Usage:
    """Bytes by kind."""

    bytes_of: dict[Kind, int]

    @property
    def total(self) -> int:
        return sum(self.bytes_of.values())


def peaks(graph: FlatGraph) -> list[Usage]:
    """Returns the usage at the peak of each part of a step.

    The parts are the forward pass, the two halves of the backward pass, and the update. In each of
    them the bytes grow or shrink steadily with the layers that are done, so a peak is at an end of
    its part whatever the number of layers.

    Args:
      graph: The step.

    Raises:
      UnknownShapeError: The shape of a tensor is not known.
    """
    marks = _marks(graph)
    buffers = find_buffers(graph)
    logits = _logits_shapes(graph)
    kinds = [_kind(buffer, graph, marks, logits) for buffer in buffers]
    return [_peak(buffers, kinds, first, last) for first, last in itertools.pairwise(marks)]


def _marks(graph: FlatGraph) -> tuple[int, ...]:
    """Returns where the parts begin, and the end."""
    gradient = [index for index, node in enumerate(graph.nodes) if node.is_gradient]
    end = len(graph.nodes)
    if not gradient:
        return (0, end, end, end, end)
    first, last = gradient[0], gradient[-1] + 1
    return (0, first, (first + last) // 2, last, end)


def _logits_shapes(graph: FlatGraph) -> set[tuple[int | None, ...] | None]:
    """Returns the shapes of what cross entropies are computed from."""
    return {node.inputs[0].shape for node in graph.nodes if node.op.type in _CROSS_ENTROPIES}


def _kind(
    buffer: Buffer,
    graph: FlatGraph,
    marks: Sequence[int],
    logits: set[tuple[int | None, ...] | None],
) -> Kind:
    if buffer.node is None:
        return Kind.BATCH
    if buffer.value.shape in logits:
        return Kind.LOGITS
    _, backward, _, update, end = marks
    if buffer.first < backward <= buffer.last < end:
        return Kind.ACTIVATIONS
    # The stage of a pipeline goes forward and backward in turn.
    is_kept = not buffer.node.is_gradient and graph.nodes[min(buffer.last, end - 1)].is_gradient
    if (is_kept or buffer.node.is_recomputed) and buffer.last < update:
        return Kind.ACTIVATIONS
    if backward <= buffer.first < update <= buffer.last:
        return Kind.GRADIENTS
    return Kind.TEMPORARY


def _peak(buffers: Sequence[Buffer], kinds: Sequence[Kind], first: int, last: int) -> Usage:
    """Returns the usage at that node in [first, last) at which it is greatest."""
    changes: dict[int, int] = {first: 0}
    for buffer in buffers:
        if buffer.last < first or buffer.first >= last:
            continue
        begin, end = max(buffer.first, first), buffer.last + 1
        changes[begin] = changes.get(begin, 0) + buffer.num_bytes
        changes[end] = changes.get(end, 0) - buffer.num_bytes
    indices = sorted(index for index in changes if index < max(last, first + 1))
    totals = list(itertools.accumulate(changes[index] for index in indices))
    at = indices[totals.index(max(totals))]
    usage = dict.fromkeys(Kind, 0)
    for buffer, kind in zip(buffers, kinds, strict=True):
        if buffer.first <= at <= buffer.last:
            usage[kind] += buffer.num_bytes
    return Usage(usage)
