"""The trained weights by the parts of the model that they belong to."""

import dataclasses
from collections.abc import Mapping, Sequence

import tensorflow as tf
from frazo.learn.trained_weight import TrainedWeight


@dataclasses.dataclass(frozen=True)
class WeightGroup:
    """Weights that belong to the same parts, so that the same steps update them.

    Attributes:
      weights: The weights.
      positions: Their positions among all weights.
      part_names: The names of the parts.
    """

    weights: Sequence[TrainedWeight]
    positions: Sequence[int]
    part_names: Sequence[str]


class WeightGroups:
    """Tells which weights a step of a part updates.

    A model without parts has a single one, which is called "".

    Attributes:
      groups: Each weight is in one group.
    """

    def __init__(
        self,
        trained: Sequence[TrainedWeight],
        parts: Mapping[str, Sequence[tf.Variable]] | None = None,
    ):
        """Groups the weights.

        Args:
          trained: The weights.
          parts: The variables of each part, by its name; None if the model has no parts.
        """
        members = {
            name: {id(variable) for variable in variables}
            for name, variables in (parts or {}).items()
        }
        positions: dict[tuple[str, ...], list[int]] = {}
        for index, weight in enumerate(trained):
            names = tuple(name for name, ids in members.items() if id(weight.variable) in ids)
            positions.setdefault(names if members else ("",), []).append(index)
        self.groups = [
            WeightGroup(
                [dataclasses.replace(trained[i], group="-".join(names)) for i in indices],
                indices,
                names,
            )
            for names, indices in positions.items()
        ]

    def positions(self, part: str) -> list[int]:
        """Returns the positions of a part's weights among all weights, ascending."""
        return sorted(i for group in self.groups_of(part) for i in group.positions)

    def groups_of(self, part: str) -> list[WeightGroup]:
        """Returns the groups that a part consists of."""
        return [group for group in self.groups if part in group.part_names]
