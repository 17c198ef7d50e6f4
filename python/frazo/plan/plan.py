"""What an experiment costs, without running it."""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import tensorflow as tf
from frazo.experiment.job_list import train_inputs
from frazo.experiment.parts import build_input, named_errors
from frazo.input.share import WHOLE, Share
from frazo.plan.device import Device
from frazo.plan.largest_batch import largest_batch
from frazo.plan.layer_depth import Counts, counts_of_all_layers
from frazo.plan.memory import Kind
from frazo.plan.pipeline_plan import PlannedStages, plan_stages, with_depth
from frazo.plan.step_costs import (
    FLOPS,
    PARAMETERS,
    SECONDS,
    SLOTS,
    WEIGHTS,
    peaks_of,
    step_costs,
)
from frazo.plan.step_graph import num_parameters, trace_step
from frazo.plan.traffic import Sent
from frazo.proto import experiment_pb2
from frazo.shard.connected_mesh import connected_mesh, first_of_stage
from frazo.shard.mesh_layout import MeshLayout, mesh_layout


class Activations(NamedTuple):
    """What activations cost in one of the ways that a configuration may choose.

    Attributes:
      num_bytes: The bytes of the activations, at their most.
      flops: The floating-point operations of a step.
    """

    num_bytes: int
    flops: int


@dataclasses.dataclass(frozen=True)
class Plan:
    """The costs of a training step.

    Attributes:
      processes: The number of processes along each mesh axis; {}: there is one.
      parameters: The numbers in the weights.
      weights: The bytes that a process keeps of them.
      slots: The bytes that a process keeps of what the learner has for them.
      peaks: The bytes of the step's tensors, by kind, at the peak of each part of the step.
      flops: The floating-point operations of a process.
      seconds: The time of the ops at the device's peak figures.
      sent: The bytes that a process sends, by mesh axis and kind of collective.
      device: The device.
      stages: Those of the pipeline; None: there is none.
      recomputation: What activations cost by whether all layers are computed again; {}: it is not
        planned.
      dropless: What activations cost by whether experts take all tokens that want them; {}: it is
        not planned.
      option: What the experiment would have to choose ("recompute_layers: true"); "": nothing.
    """

    processes: Mapping[str, int]
    parameters: int
    weights: int
    slots: int
    peaks: Mapping[str, Mapping[Kind, int]]
    flops: int
    seconds: float
    sent: Mapping[Sent, int]
    device: Device
    stages: PlannedStages | None = None
    recomputation: Mapping[bool, Activations] = dataclasses.field(default_factory=dict)
    dropless: Mapping[bool, Activations] = dataclasses.field(default_factory=dict)
    option: str = ""

    @property
    def computing_seconds(self) -> float:
        """The time of computing, with that of waiting for other stages."""
        return self.seconds if self.stages is None else self.stages.step_seconds

    @property
    def activations(self) -> Activations:
        """The activations of this plan."""
        return Activations(
            max(kinds[Kind.ACTIVATIONS] for kinds in self.peaks.values()), self.flops
        )

    @property
    def worst_part(self) -> str:
        """The part of the step that takes the most memory."""
        return max(self.peaks, key=lambda part: sum(self.peaks[part].values()))

    @property
    def num_bytes(self) -> int:
        """The most memory that a process takes."""
        return self.weights + self.slots + sum(self.peaks[self.worst_part].values())

    @property
    def sending_seconds(self) -> float:
        """The time of sending at the device's peak, if nothing is computed meanwhile."""
        return sum(self.sent.values()) / self.device.link


def make_plan(experiment: experiment_pb2.Experiment, device: Device) -> Plan:
    """Plans the training of an experiment by the processes of its mesh.

    Args:
      experiment: The experiment. The files of its inputs need not be there. A batch axis without a
        size has one process.
      device: The device of each process.

    Raises:
      JobError: The configuration cannot be used, or nothing bounds the size of its batches.
    """
    with named_errors("mesh"):
        layout = mesh_layout(
            experiment.mesh, math.prod(axis.size or 1 for axis in experiment.mesh.axes)
        )

    def count(
        smaller: experiment_pb2.Experiment, layout: MeshLayout | None = layout, rank: int = 0
    ) -> Counts:
        mesh = connected_mesh(rank, *layout) if layout else None
        return step_costs(trace_step(smaller, _batch(smaller, layout), mesh), device, mesh)

    if layout is None:
        return _plan(counts_of_all_layers(experiment, count), {}, device)
    pipeline = layout.pipeline
    if pipeline is None or layout.sizes[pipeline.axis] == 1:
        return _plan(counts_of_all_layers(experiment, count), layout.sizes, device)

    def count_stage(stage: int, layers: Sequence[int]) -> Counts:
        of_stages = layout._replace(pipeline=pipeline._replace(layers=tuple(layers)))
        return count(with_depth(experiment, sum(layers)), of_stages, first_of_stage(stage, layout))

    with named_errors("mesh"):
        stages, costs = plan_stages(experiment, layout, count_stage)
    parameters = counts_of_all_layers(
        experiment, lambda smaller: {PARAMETERS: num_parameters(smaller, _batch(smaller, layout))}
    )
    return _plan({**costs, **parameters}, layout.sizes, device, stages)


def _batch(
    experiment: experiment_pb2.Experiment, layout: MeshLayout | None
) -> Mapping[str, tf.TensorSpec]:
    """Returns the largest batch of a process."""
    share = WHOLE
    if layout is not None:
        num_processes = math.prod(layout.sizes.values())
        share = Share(0, num_processes // layout.copies, copies=layout.copies)
    name = next(iter(train_inputs(experiment).values()))
    source = build_input(experiment, name, share, is_read=False)
    with named_errors(f"inputs.{name}"):
        return largest_batch(source)


def _plan(
    costs: Mapping[Any, Any],
    sizes: Mapping[str, int],
    device: Device,
    stages: PlannedStages | None = None,
) -> Plan:
    return Plan(
        processes=sizes,
        parameters=costs[PARAMETERS],
        weights=costs[WEIGHTS],
        slots=costs[SLOTS],
        peaks=peaks_of(costs),
        flops=costs[FLOPS],
        seconds=costs[SECONDS],
        sent={key: size for key, size in costs.items() if isinstance(key, Sent)},
        device=device,
        stages=stages,
    )
