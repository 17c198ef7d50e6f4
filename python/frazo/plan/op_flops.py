"""The floating-point operations of ops."""

import math
import re
from collections.abc import Callable

from frazo.plan.flat_graph import Node


def flops(node: Node) -> int:
    """Returns the floating-point operations of an op, all its rounds together.

    A multiplication with the addition that follows it counts 2. Only products of matrices,
    convolutions and recurrences count: the rest of a step is bound by memory, not by arithmetic.
    """
    count = _COUNTS.get(node.op.type)
    return count(node) * node.rounds if count else 0


def _mat_mul(node: Node) -> int:
    rows_by_columns = math.prod(node.outputs[0].sizes)
    shape = node.inputs[0].sizes
    transposed = any(
        node.op.get_attr(name) for name in ("transpose_a", "adj_x") if name in node.op.node_def.attr
    )
    return 2 * rows_by_columns * (shape[-2] if transposed else shape[-1])


def _einsum(node: Node) -> int:
    equation: str = node.op.get_attr("equation").decode()
    sizes: dict[str, int] = {}
    for letters, value in zip(re.split(",|->", equation), node.inputs, strict=False):
        sizes |= zip(letters, value.sizes, strict=True)
    return 2 * math.prod(sizes.values())


def _conv2d(node: Node) -> int:
    height, width, channels, _ = node.inputs[1].sizes
    return 2 * math.prod(node.outputs[0].sizes) * height * width * channels


def _conv2d_input_gradient(node: Node) -> int:
    height, width, channels, _ = node.inputs[1].sizes
    return 2 * math.prod(node.inputs[2].sizes) * height * width * channels


def _conv2d_filter_gradient(node: Node) -> int:
    height, width, channels, _ = node.outputs[0].sizes
    return 2 * math.prod(node.inputs[2].sizes) * height * width * channels


def _sparse_conv2d_gradient(node: Node) -> int:
    height, width, channels, _ = node.inputs[1].sizes
    return 4 * math.prod(node.inputs[2].sizes) * height * width * channels


def _lstm_sequence(node: Node) -> int:
    """The products of a recurrence: of the output with the kernel, and with the projection."""
    gates, kernel, projection = (value.sizes for value in node.inputs[:3])
    return 2 * math.prod(gates[:2]) * (math.prod(kernel) + math.prod(projection))


def _lstm_sequence_gradient(node: Node) -> int:
    gradient, kernel, projection = (node.inputs[i].sizes for i in (0, 4, 5))
    return 2 * math.prod(gradient[:2]) * (math.prod(kernel) + math.prod(projection))


def _grouped_mat_mul(node: Node) -> int:
    return 2 * math.prod(node.inputs[0].sizes) * node.outputs[0].sizes[-1]


def _rectified_mat_mul(node: Node) -> int:
    """As if nothing was zero."""
    return 2 * math.prod(node.inputs[0].sizes) * node.inputs[1].sizes[-1]


def _rectified_mat_mul_gradient(node: Node) -> int:
    return 2 * _rectified_mat_mul(node)


def _self_attention(node: Node) -> int:
    """Two products of all queries with all keys. What a mask hides is not known here."""
    return 2 * _attention_product(node)


def _self_attention_gradient(node: Node) -> int:
    """Five of them: it computes the products of queries and keys again."""
    return 5 * _attention_product(node)


def _attention_product(node: Node) -> int:
    batch, time, _ = node.inputs[0].sizes
    heads_size = node.op.get_attr("heads") * node.op.get_attr("head_dim")
    return 2 * batch * time * time * heads_size


_COUNTS: dict[str, Callable[[Node], int]] = {
    "BatchMatMulV2": _mat_mul,
    "BatchMatMulV3": _mat_mul,
    "Conv2D": _conv2d,
    "Conv2DBackpropFilter": _conv2d_filter_gradient,
    "Conv2DBackpropInput": _conv2d_input_gradient,
    "Einsum": _einsum,
    "Frazo>GroupedMatMul": _grouped_mat_mul,
    "Frazo>GroupedMatMulGradient": _grouped_mat_mul,
    "Frazo>RectifiedMatMul": _rectified_mat_mul,
    "Frazo>RectifiedMatMulGradient": _rectified_mat_mul_gradient,
    "Frazo>LstmSequence": _lstm_sequence,
    "Frazo>LstmSequenceGradient": _lstm_sequence_gradient,
    "Frazo>SelfAttention": _self_attention,
    "Frazo>SelfAttentionGradient": _self_attention_gradient,
    "Frazo>SparseConv2DGradient": _sparse_conv2d_gradient,
    "MatMul": _mat_mul,
}
