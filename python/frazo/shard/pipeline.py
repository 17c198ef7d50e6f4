"""The stages of a model, each in processes of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from frazo.shard.mesh_layout import PipelineLayout
from frazo.shard.pipeline_schedule import (
    Action,
    all_forward_all_backward,
    one_forward_one_backward,
)

if TYPE_CHECKING:
    from frazo.shard.axis_group import AxisGroup
    from frazo.shard.stage_channel import StageChannel


@dataclasses.dataclass(frozen=True)
class Pipeline:
    """The stages of a model as a process of one of them sees them.

    Attributes:
      layout: What the configuration says of them.
      stage: The number of this process's stage.
      num_stages: How many there are, >= 2.
      from_previous: Brings what the stage before this one computed; None in the first one.
      to_next: Takes it to the stage after this one; None in the last one.
      from_next: Brings gradients from the stage after this one; None in the last one.
      to_previous: Takes them to the stage before this one; None in the first one.
      ends: The processes of the first and the last stage; None in the others.
    """

    layout: PipelineLayout
    stage: int
    num_stages: int
    from_previous: StageChannel | None = None
    to_next: StageChannel | None = None
    from_next: StageChannel | None = None
    to_previous: StageChannel | None = None
    ends: AxisGroup | None = None

    @property
    def last(self) -> int:
        """The number of the last stage."""
        return self.num_stages - 1

    @property
    def is_last(self) -> bool:
        """Whether this process has the loss."""
        return self.stage == self.last

    @property
    def num_parts(self) -> int:
        """Into how many parts a batch is divided."""
        return self.layout.micro_batches or self.num_stages

    @property
    def sending(self) -> list[StageChannel]:
        """What takes tensors away from this process."""
        channels = self.to_next, self.to_previous
        return [channel for channel in channels if channel is not None]

    def actions(self) -> list[Action]:
        """Returns what this process computes, in this order."""
        if self.layout.all_forward_first:
            return all_forward_all_backward(self.num_parts)
        return one_forward_one_backward(self.stage, self.num_stages, self.num_parts)

    def stages_of(self, num_layers: int) -> list[int]:
        """Returns the stage of each layer of a stack.

        Args:
          num_layers: How many layers the stack has.

        Raises:
          ValueError: They cannot be dealt out so.
        """
        counts = self.layout.layers or even_counts(num_layers, self.num_stages)
        if len(counts) != self.num_stages or sum(counts) != num_layers or min(counts) < 1:
            shown = ", ".join(map(str, counts))
            raise ValueError(
                f"mesh.pipeline.layers: [{shown}] does not deal out {num_layers} layers to "
                f"{self.num_stages} stages. Give each stage one layer or more, and all of them {num_layers} "
                "together."
            )
        return [stage for stage, count in enumerate(counts) for _ in range(count)]


def even_counts(num_layers: int, num_stages: int) -> Sequence[int]:
    """Returns how many layers each stage has; the first ones have one more.

    The last one computes the softmax, too.
    """
    return [len(range(stage, num_layers, num_stages)) for stage in range(num_stages)]
