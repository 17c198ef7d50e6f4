"""What a traced step costs one process, as numbers by name."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf
from frazo.layers.declaration import bytes_held, full_shape
from frazo.plan.buffers import moves_nothing, num_bytes
from frazo.plan.device import Device
from frazo.plan.flat_graph import Node
from frazo.plan.layer_depth import Counts
from frazo.plan.memory import PARTS, Kind, peaks
from frazo.plan.op_flops import flops
from frazo.plan.step_graph import StepGraph
from frazo.plan.traffic import traffic
from frazo.shard.mesh import Mesh

PARAMETERS = "parameters"
WEIGHTS = "weights"
SLOTS = "slots"
FLOPS = "flops"
SECONDS = "seconds"


def step_costs(step: StepGraph, device: Device, mesh: Mesh | None = None) -> Counts:
    """Counts what a step costs.

    Args:
      step: The step.
      device: Whose peak figures give the seconds.
      mesh: The processes; None: there is one.

    Returns:
      PARAMETERS, the numbers in all processes' weights together; WEIGHTS and SLOTS, the bytes that
      this process keeps of them; (part, kind), the bytes at the peak of part 0 to 3 of the step;
      FLOPS; SECONDS, the time of all ops, each limited by arithmetic or by memory; and by Sent the
      bytes that it sends.

    Raises:
      UnknownShapeError: The shape of a tensor is not known.
    """
    costs: dict[Any, int | float] = {
        PARAMETERS: sum(tf.TensorShape(full_shape(w)).num_elements() for w in step.weights),
        WEIGHTS: bytes_held(step.weights),
        SLOTS: bytes_held(step.slots),
        FLOPS: 0,
        SECONDS: 0.0,
    }
    for part, usage in enumerate(peaks(step.graph)):
        for kind in Kind:
            costs[part, kind] = usage.bytes_of[kind]
    groups = [*mesh.groups.values(), mesh.everyone] if mesh else []
    axes = {group.key: (group.axis, group.size) for group in groups if group is not None}
    if mesh is not None and mesh.pipeline is not None:
        pipeline = mesh.pipeline
        ends = [] if pipeline.ends is None else [pipeline.ends]
        axes |= {each.key: (pipeline.layout.axis, 2) for each in (*pipeline.sending, *ends)}
    costs |= traffic(step.graph, axes)
    for node in step.graph.nodes:
        work = flops(node)
        costs[FLOPS] += work
        costs[SECONDS] += _seconds(node, work, device)
    return costs


def peaks_of(costs: Mapping[Any, Any]) -> dict[str, dict[Kind, int]]:
    """Returns the bytes of the step's tensors, by kind, at the peak of each part of the step."""
    return {part: {kind: costs[index, kind] for kind in Kind} for index, part in enumerate(PARTS)}


def _seconds(node: Node, work: int, device: Device) -> float:
    """Returns the time of an op at the device's peak (Williams et al. 2009, "Roofline")."""
    if moves_nothing(node):
        return 0.0
    moved = sum(num_bytes(value, node.name) for value in (*node.inputs, *node.outputs))
    by_memory = moved * node.rounds / device.bandwidth
    if not work:
        return by_memory
    rate = device.flops.get(node.outputs[0].dtype.name, device.flops["float32"])
    return max(by_memory, work / rate)
