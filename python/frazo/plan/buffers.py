"""The memory that the tensors of a graph take, and from when to when."""

import dataclasses
import math

import tensorflow as tf
from frazo.plan.flat_graph import FlatGraph, Node, UnknownShapeError, Value

# What these give is what they take, not a copy.
_ALIASES = frozenset(
    [
        "Bitcast",
        "CheckNumerics",
        "CheckNumericsV2",
        "EnsureShape",
        "ExpandDims",
        "Identity",
        "IdentityN",
        "PreventGradient",
        "Reshape",
        "Snapshot",
        "Squeeze",
        "StopGradient",
    ]
)
# These write over an argument of the same size and type that nothing else needs any more.
_IN_PLACE = frozenset(
    [
        "Abs",
        "Add",
        "AddN",
        "AddV2",
        "BiasAdd",
        "BiasAddV1",
        "Ceil",
        "Cos",
        "Div",
        "DivNoNan",
        "Elu",
        "EluGrad",
        "Erf",
        "Exp",
        "Expm1",
        "Floor",
        "Frazo>CutCrossEntropyGradient",
        "Frazo>LayerNormGradient",
        "Frazo>SmoothedCrossEntropyGradient",
        "Inv",
        "Log",
        "Log1p",
        "LogSoftmax",
        "Maximum",
        "Minimum",
        "Mul",
        "MulNoNan",
        "Neg",
        "Pow",
        "RealDiv",
        "Reciprocal",
        "Relu",
        "ReluGrad",
        "Round",
        "Rsqrt",
        "RsqrtGrad",
        "SelectV2",
        "Selu",
        "Sigmoid",
        "SigmoidGrad",
        "Sign",
        "Sin",
        "Softmax",
        "Softplus",
        "Sqrt",
        "SqrtGrad",
        "Square",
        "SquaredDifference",
        "Sub",
        "Tanh",
        "TanhGrad",
        "Xdivy",
    ]
)
# Variables and the constants of the graph have memory of their own.
_NO_MEMORY = frozenset(["Const", "ReadVariableOp", "VarHandleOp"])


@dataclasses.dataclass
class Buffer:
    """The memory of one tensor, and of those that share it.

    Attributes:
      num_bytes: Its size.
      node: What made it; None for an argument of the graph.
      value: The tensor that it was made for.
      first: The index of the node that makes it; -1 for an argument.
      last: The index of the last node that needs it.
    """

    num_bytes: int
    node: Node | None
    value: Value
    first: int
    last: int


def num_bytes(value: Value, name: str) -> int:
    """Returns the size of a tensor.

    Args:
      value: The tensor.
      name: The op that makes it, for errors.

    Raises:
      UnknownShapeError: Its shape is not known.
    """
    if value.dtype.size == 0 or not value.dtype.is_numpy_compatible:
        return 0  # A handle.
    try:
        return math.prod(value.sizes) * value.dtype.size
    except UnknownShapeError as error:
        raise UnknownShapeError(
            f"{error} of what {name} gives is known only when it runs, so its memory cannot be told."
        ) from None


def moves_nothing(node: Node) -> bool:
    """Tells whether an op only passes on memory that is there."""
    return node.op.type in _NO_MEMORY or _aliased(node, 0) is not None


def find_buffers(graph: FlatGraph) -> list[Buffer]:
    """Lists the buffers of a graph whose ops run one after another, in its order.

    Aliases share a buffer, and so does what an op computes in place.

    Args:
      graph: The graph.

    Raises:
      UnknownShapeError: The shape of a tensor is not known.
    """
    return _Walk(graph).buffers


class _Walk:
    """Goes through the nodes twice: for the last uses, and for the buffers."""

    def __init__(self, graph: FlatGraph):
        self.buffers: list[Buffer] = []
        self._buffer_of: dict[int, Buffer | None] = {}
        last_use = _last_uses(graph)
        end = len(graph.nodes)
        for value in graph.arguments:
            size = num_bytes(value, "an argument")
            self._add(Buffer(size, None, value, -1, last_use.get(value.number, -1)))
        for index, node in enumerate(graph.nodes):
            self._visit(index, node, last_use)
        for value in graph.results:
            if (buffer := self._buffer_of[value.number]) is not None:
                buffer.last = end

    def _visit(self, index: int, node: Node, last_use: dict[int, int]) -> None:
        for position, value in enumerate(node.outputs):
            if node.op.type in _NO_MEMORY:
                self._buffer_of[value.number] = None
                continue
            last = last_use.get(value.number, index)
            alias = _aliased(node, position)
            if alias is None:
                buffer = self._overwritten(index, node, value)
            else:
                buffer = self._buffer_of[alias.number]
                if buffer is None:
                    self._buffer_of[value.number] = None
                    continue
            if buffer is None:
                self._add(Buffer(num_bytes(value, node.name), node, value, index, last))
            else:
                buffer.last = max(buffer.last, last)
                self._buffer_of[value.number] = buffer

    def _overwritten(self, index: int, node: Node, output: Value) -> Buffer | None:
        """Returns the buffer of an argument that an output is written over."""
        if node.op.type not in _IN_PLACE:
            return None
        size = num_bytes(output, node.name)
        for value in node.inputs:
            buffer = self._buffer_of[value.number]
            # The last use of every tensor in the buffer, as far as they were made by now.
            if buffer is None or buffer.node is None or buffer.last != index:
                continue
            if buffer.num_bytes == size and value.dtype == output.dtype:
                return buffer
        return None

    def _add(self, buffer: Buffer) -> None:
        self.buffers.append(buffer)
        self._buffer_of[buffer.value.number] = buffer


def _aliased(node: Node, position: int) -> Value | None:
    """Returns the argument whose memory the output `position` is a part of."""
    kind = node.op.type
    if kind in _ALIASES:
        return node.inputs[position if kind == "IdentityN" else 0]
    # Rows of the first dimension are not copied.
    if kind == "Unpack" and node.op.get_attr("axis") == 0:
        return node.inputs[0]
    if kind == "Split" and tf.get_static_value(node.op.inputs[0]) == 0:
        return node.inputs[1]
    if kind == "SplitV" and tf.get_static_value(node.op.inputs[2]) == 0:
        return node.inputs[0]
    return None


def _last_uses(graph: FlatGraph) -> dict[int, int]:
    """Returns the index of the last node that takes each value, by its number."""
    last: dict[int, int] = {}
    for index, node in enumerate(graph.nodes):
        for value in node.inputs:
            last[value.number] = index
    return last
