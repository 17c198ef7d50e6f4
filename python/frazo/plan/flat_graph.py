"""A graph as a list of its ops, in the order in which they were added, with functions inlined."""

import dataclasses
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import tensorflow as tf
from frazo.layers.recomputed import SCOPE

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_CASES = ("Case", "StatelessCase")
_CONDITIONS = ("If", "StatelessIf")
_LOOPS = ("While", "StatelessWhile")
# TensorFlow makes the scope's name unique by a number.
_RECOMPUTED = re.compile(rf"(^|/){SCOPE}(_\d+)?/")


class UnknownShapeError(ValueError):
    """A shape is not known before the graph runs."""


class Value(NamedTuple):
    """A tensor of the flat graph.

    Attributes:
      number: Its number in the graph, from 0.
      dtype: Its type.
      shape: Its shape; None where a size is not known before the graph runs.
    """

    number: int
    dtype: tf.DType
    shape: tuple[int | None, ...] | None

    @property
    def sizes(self) -> tuple[int, ...]:
        """The shape, all of whose sizes are known.

        Raises:
          UnknownShapeError: One is not.
        """
        if self.shape is None:
            raise UnknownShapeError("a shape of unknown rank")
        sizes = tuple(size for size in self.shape if size is not None)
        if len(sizes) < len(self.shape):
            shown = ", ".join("?" if size is None else str(size) for size in self.shape)
            raise UnknownShapeError(f"the shape [{shown}]")
        return sizes


@dataclasses.dataclass(frozen=True)
class Node:
    """An op.

    Attributes:
      name: Its name, after those of the calls that it is in.
      op: The op, for its type and attributes.
      inputs: What it takes.
      outputs: What it gives.
      rounds: How often it runs: more than once within a loop.
    """

    name: str
    op: tf.Operation
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    rounds: int = 1

    @property
    def is_gradient(self) -> bool:
        """Whether a gradient tape added the op."""
        return "gradient_tape/" in self.name or "__backward_" in self.name

    @property
    def is_recomputed(self) -> bool:
        """Whether the op computes again what the forward pass has computed."""
        return not self.is_gradient and _RECOMPUTED.search(self.name) is not None


class FlatGraph:
    """The ops that one call of a function runs; not those whose results nothing needs.

    Of branches the one with the most ops is taken. The body of a loop is there once; its number of
    rounds is its `maximum_iterations`, or 1 if these are not known.

    Attributes:
      nodes: The ops.
      arguments: The function's arguments, and what it captures.
      results: What the function returns.
    """

    def __init__(self, graph: Any):
        """Walks the graph.

        Args:
          graph: The graph of a function, tf.function(...).get_concrete_function(...).graph.
        """
        self.nodes: list[Node] = []
        self._count = 0
        values: dict[int, Value] = {}
        self.arguments = tuple(self._new(tensor, values) for tensor in graph.inputs)
        self._walk(graph, values, "", 1)
        self.results = tuple(values[id(tensor)] for tensor in graph.outputs)
        self.nodes = _needed(self.nodes, self.results)

    def _new(self, tensor: tf.Tensor, values: dict[int, Value]) -> Value:
        shape = None if tensor.shape.rank is None else tuple(tensor.shape.as_list())
        value = Value(self._count, tensor.dtype, shape)
        self._count += 1
        values[id(tensor)] = value
        return value

    def _walk(self, graph: Any, values: dict[int, Value], prefix: str, rounds: int) -> None:
        for op in graph.get_operations():
            if op.type == "Placeholder":
                continue
            inputs = tuple(values[id(tensor)] for tensor in op.inputs)
            called = _called(op)
            if called is None:
                outputs = tuple(self._new(tensor, values) for tensor in op.outputs)
                self.nodes.append(Node(prefix + op.name, op, inputs, outputs, rounds))
                continue
            arguments = inputs if op.type in (*_CALLS, *_LOOPS) else inputs[1:]
            inner = f"{prefix}{op.name}/{called.name}/"
            results = self._call(called, arguments, inner, rounds * _rounds(op))
            for tensor, value in zip(op.outputs, results, strict=True):
                values[id(tensor)] = value

    def _call(
        self, graph: Any, arguments: Sequence[Value], prefix: str, rounds: int
    ) -> list[Value]:
        values = {id(tensor): value for tensor, value in zip(graph.inputs, arguments, strict=True)}
        self._walk(graph, values, prefix, rounds)
        return [values[id(tensor)] for tensor in graph.outputs]


def _needed(nodes: Sequence[Node], results: Sequence[Value]) -> list[Node]:
    """Leaves out what TensorFlow leaves out: ops without effects that nothing needs."""
    wanted = {value.number for value in results}
    kept = []
    for node in reversed(nodes):
        has_effects = node.op.op_def.is_stateful and node.op.type != "ReadVariableOp"
        if has_effects or any(value.number in wanted for value in node.outputs):
            wanted |= {value.number for value in node.inputs}
            kept.append(node)
    return kept[::-1]


def _called(op: tf.Operation) -> Any:
    """Returns the graph of the function that an op calls; None if it calls none."""
    if op.type in _CALLS:
        names = [op.get_attr("f")]
    elif op.type in _CONDITIONS:
        names = [op.get_attr("then_branch"), op.get_attr("else_branch")]
    elif op.type in _CASES:
        names = op.get_attr("branches")
    elif op.type in _LOOPS:
        names = [op.get_attr("body")]
    else:
        return None
    graphs = [_function_graph(op.graph, name.name) for name in names]
    return max(graphs, key=lambda graph: len(graph.get_operations()))


def _function_graph(graph: Any, name: str) -> Any:
    """Returns the graph of a function that `graph`, or one around it, knows by its name."""
    while not graph._is_function(name):
        graph = graph.outer_graph
    return graph._get_function(name).graph


def _rounds(op: tf.Operation) -> int:
    if op.type not in _LOOPS:
        return 1
    # The second argument of a loop of tf.while_loop.
    maximum = tf.get_static_value(op.inputs[1])
    return int(maximum) if maximum is not None and maximum > 0 else 1
