"""What an experiment costs, without running it."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from frazo.experiment.job_list import train_inputs
from frazo.experiment.parts import build_input, named_errors
from frazo.input.share import WHOLE
from frazo.plan.device import Device
from frazo.plan.largest_batch import largest_batch
from frazo.plan.layer_depth import Counts, counts_of_all_layers
from frazo.plan.memory import Kind
from frazo.plan.step_costs import FLOPS, PARAMETERS, SECONDS, SLOTS, WEIGHTS, step_costs
from frazo.plan.step_graph import trace_step
from frazo.proto import experiment_pb2

# The parts of a step, in the order of memory.peaks().
_PARTS = ("forward", "backward, its first half", "backward, its second half", "update")


@dataclasses.dataclass(frozen=True)
class Plan:
    """The costs of a training step.

    Attributes:
      parameters: The numbers in the weights.
      weights: The bytes that a process keeps of them.
      slots: The bytes that a process keeps of what the learner has for them.
      peaks: The bytes of the step's tensors, by kind, at the peak of each part of the step.
      flops: The floating-point operations of a process.
      seconds: The time that they take at the device's peak figures.
      device: The device.
    """

    parameters: int
    weights: int
    slots: int
    peaks: Mapping[str, Mapping[Kind, int]]
    flops: int
    seconds: float
    device: Device

    @property
    def worst_part(self) -> str:
        """The part of the step that takes the most memory."""
        return max(self.peaks, key=lambda part: sum(self.peaks[part].values()))

    @property
    def num_bytes(self) -> int:
        """The most memory that a process takes."""
        return self.weights + self.slots + sum(self.peaks[self.worst_part].values())


def make_plan(experiment: experiment_pb2.Experiment, device: Device) -> Plan:
    """Plans the training of an experiment in one process.

    Args:
      experiment: The experiment. The files of its inputs need not be there.
      device: The device that trains it.

    Raises:
      JobError: The configuration cannot be used, or nothing bounds the size of its batches.
    """
    name = next(iter(train_inputs(experiment).values()))

    def count(smaller: experiment_pb2.Experiment) -> Counts:
        source = build_input(smaller, name, WHOLE, is_read=False)
        with named_errors(f"inputs.{name}"):
            batch = largest_batch(source)
        return step_costs(trace_step(smaller, batch), device)

    return _plan(counts_of_all_layers(experiment, count), device)


def _plan(costs: Mapping[Any, Any], device: Device) -> Plan:
    return Plan(
        parameters=costs[PARAMETERS],
        weights=costs[WEIGHTS],
        slots=costs[SLOTS],
        peaks={
            part: {kind: costs[index, kind] for kind in Kind} for index, part in enumerate(_PARTS)
        },
        flops=costs[FLOPS],
        seconds=costs[SECONDS],
        device=device,
    )
