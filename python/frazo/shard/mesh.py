"""Computes which part of a variable each process of a mesh holds."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from frazo.shard.axis_group import AxisGroup
    from frazo.shard.pipeline import Pipeline


@dataclasses.dataclass(frozen=True)
class Axis:
    """The logical axis of a dimension.

    Attributes:
      name: The name in the mesh's rules, such as "embed" or "mlp".
      unit: The dimension is cut only at multiples of this size, such as the size of a head.
    """

    name: str
    unit: int = 1

    def show(self) -> str:
        return self.name


@dataclasses.dataclass(frozen=True)
class Fused:
    """A dimension that holds several parts side by side; each part is cut separately.

    Attributes:
      parts: The axis of each part.
      sizes: The size of each part.
    """

    parts: tuple[Axis, ...]
    sizes: tuple[int, ...]

    @classmethod
    def equal(cls, name: str, count: int, size: int) -> Fused:
        """Makes a dimension of `count` parts, each with the axis `name` and the size `size`."""
        return cls((Axis(name),) * count, (size,) * count)

    def show(self) -> str:
        """Returns the names of the parts, for example "heads|heads|heads"."""
        return "|".join(part.name for part in self.parts)


# A string stands for the Axis of that name.
LogicalAxis: TypeAlias = str | Axis | Fused


class Range(NamedTuple):
    """The indices from start to start + size - 1 of a dimension."""

    start: int
    size: int


# The ranges that a process holds of each dimension: ascending, not adjacent.
Held: TypeAlias = tuple[tuple[Range, ...], ...]


@dataclasses.dataclass(frozen=True)
class Mesh:
    """A grid of processes, and the coordinates of this process.

    Attributes:
      sizes: Number of processes along each mesh axis.
      coordinates: The coordinate of this process on each mesh axis, counted from 0.
      rules: The mesh axis that cuts each logical axis. Logical axes without a rule are not cut.
      batch_axis: The mesh axis whose processes have batches of their own; "": all have the same.
      groups: The processes of this one's line on each mesh axis, by its name. Without them the mesh
        says what each process holds, but nothing can be computed on it.
      everyone: All processes.
      pipeline: The stages of the model; None if each process has all of its layers.
      cuts_optimizer: Whether the processes of the batch axis hold pieces of the optimizer's slots.
    """

    sizes: Mapping[str, int] = dataclasses.field(default_factory=dict)
    coordinates: Mapping[str, int] = dataclasses.field(default_factory=dict)
    rules: Mapping[str, str] = dataclasses.field(default_factory=dict)
    batch_axis: str = ""
    groups: Mapping[str, AxisGroup] = dataclasses.field(default_factory=dict)
    everyone: AxisGroup | None = None
    pipeline: Pipeline | None = None
    cuts_optimizer: bool = False

    def __post_init__(self):
        if self.sizes.keys() != self.coordinates.keys():
            raise ValueError(
                f"mesh: the axes are {_listed(self.sizes)}, but there are coordinates for "
                f"{_listed(self.coordinates)}. Give one coordinate for each axis."
            )
        for name, size in self.sizes.items():
            if not 0 <= self.coordinates[name] < size:
                raise ValueError(
                    f"mesh: the coordinate on axis {name} is {self.coordinates[name]}, but the axis "
                    f"has {size} processes. Coordinates count from 0."
                )
        for logical, name in self.rules.items():
            if name not in self.sizes:
                raise ValueError(
                    f"mesh: the rule for {logical} names the axis {name}, but the axes are "
                    f"{_listed(self.sizes)}. Correct the rule or add the axis."
                )

    @property
    def num_processes(self) -> int:
        """The number of processes of the mesh."""
        return math.prod(self.sizes.values())

    @classmethod
    def single(cls) -> Mesh:
        """Makes a mesh of one process, which holds everything."""
        return cls()

    def held(self, path: str, shape: Sequence[int], axes: Sequence[LogicalAxis]) -> Held:
        """Returns the ranges that this process holds of a variable.

        Args:
          path: The variable's name, for errors.
          shape: The sizes of the whole variable.
          axes: A logical axis for each dimension.

        Raises:
          ValueError: The axes don't fit the shape, a dimension cannot be cut into equal pieces, or
            one mesh axis would cut two dimensions.
        """
        if len(axes) != len(shape):
            raise ValueError(
                f"{path}: the variable has {len(shape)} dimensions and {len(axes)} logical axes. "
                "Declare one axis for each dimension."
            )
        used: dict[str, int] = {}
        held = []
        for dimension, (axis, size) in enumerate(zip(axes, shape, strict=True)):
            parts, sizes = _parts(axis, size)
            if sum(sizes) != size:
                raise ValueError(
                    f"{path}: dimension {dimension} has size {size}, but its parts have {sum(sizes)} "
                    "together. Correct the sizes of the parts."
                )
            for name in {self.rules[part.name] for part in parts if part.name in self.rules}:
                if used.setdefault(name, dimension) != dimension:
                    raise ValueError(
                        f"{path}: the mesh axis {name} would cut dimension {used[name]} and dimension "
                        f"{dimension}. Change the mesh's rules for {', '.join(axis_names(axes))}."
                    )
            held.append(self._ranges(path, parts, sizes))
        return tuple(held)

    def cuts(self, axis: LogicalAxis) -> frozenset[str]:
        """Returns the mesh axes of several processes that cut a dimension, or a part of it."""
        parts, _ = _parts(axis, 0)
        named = {self.rules[part.name] for part in parts if part.name in self.rules}
        return frozenset(name for name in named if self.sizes[name] > 1)

    def group(self, axis: LogicalAxis) -> AxisGroup | None:
        """Returns the processes between which a dimension is cut; None if it is not cut.

        Args:
          axis: The logical axis of the dimension.

        Raises:
          ValueError: The processes are not connected, or several mesh axes cut the dimension.
        """
        names = self.cuts(axis)
        if not names:
            return None
        shown = axis_names([axis])[0]
        if len(names) > 1:
            raise ValueError(
                f"mesh: {shown} is cut by the mesh axes {', '.join(sorted(names))}. One dimension is "
                "cut by one mesh axis only; correct mesh.rules."
            )
        (name,) = names
        if name not in self.groups:
            raise ValueError(
                f"mesh: {shown} is cut by the mesh axis {name}, but the processes of the mesh are not "
                "connected. Make it by frazo.shard.connected_mesh."
            )
        return self.groups[name]

    def is_elsewhere(self, stages: Collection[int] | None) -> bool:
        """Returns whether this process has nothing of what some stages of the pipeline hold.

        Args:
          stages: Their numbers; None: what has no stage.
        """
        return (
            self.pipeline is not None and stages is not None and self.pipeline.stage not in stages
        )

    def is_first(self, cuts: Collection[str]) -> bool:
        """Returns whether this process is the first of those that hold the same part of a variable.

        Args:
          cuts: The mesh axes that cut the variable.
        """
        return all(self.coordinates[name] == 0 for name in self.sizes if name not in cuts)

    def copies(self, cuts: Collection[str]) -> int:
        """Returns how many processes hold the same part of a variable.

        Args:
          cuts: The mesh axes that cut the variable.
        """
        return math.prod(size for name, size in self.sizes.items() if name not in cuts)

    def _ranges(self, path: str, parts: Sequence[Axis], sizes: Sequence[int]) -> tuple[Range, ...]:
        ranges: list[Range] = []
        offset = 0
        for part, size in zip(parts, sizes, strict=True):
            start, length = self._piece(path, part, size)
            start += offset
            if ranges and sum(ranges[-1]) == start:
                ranges[-1] = Range(ranges[-1].start, ranges[-1].size + length)
            else:
                ranges.append(Range(start, length))
            offset += size
        return tuple(ranges)

    def _piece(self, path: str, axis: Axis, size: int) -> Range:
        """Returns the range that this process holds of one part of a dimension."""
        name = self.rules.get(axis.name)
        if name is None:
            return Range(0, size)
        pieces = self.sizes[name]
        if size % (pieces * axis.unit):
            raise ValueError(
                f"{path}: the axis {axis.name} of size {size} cannot be cut into {pieces} equal "
                f"pieces of whole multiples of {axis.unit}. Change the size, the mesh's axis {name}, "
                f"or the rule for {axis.name}."
            )
        length = size // pieces
        return Range(self.coordinates[name] * length, length)


def axis_names(axes: Sequence[LogicalAxis]) -> tuple[str, ...]:
    """Returns the names of axes for messages and tables: ("embed", "heads|heads|heads")."""
    return tuple(axis if isinstance(axis, str) else axis.show() for axis in axes)


def nothing_held(rank: int) -> Held:
    """Returns what a process holds of a variable of another stage."""
    return ((),) * rank


def held_shape(held: Held) -> tuple[int, ...]:
    """Returns the shape of the values that are held."""
    return tuple(sum(piece.size for piece in ranges) for ranges in held)


def is_whole(held: Held, shape: Sequence[int]) -> bool:
    """Tells whether `held` is the whole of a variable with this shape."""
    return held_shape(held) == tuple(shape)


def within(ranges: Sequence[Range], part: Range) -> tuple[Range, ...]:
    """Cuts the ranges of a dimension down to a part of it.

    Args:
      ranges: The ranges that are held.
      part: A part of the dimension.

    Returns:
      The held ranges within the part, counted from the part's start.
    """
    found = []
    for start, size in ranges:
        first = max(start, part.start)
        last = min(start + size, part.start + part.size)
        if first < last:
            found.append(Range(first - part.start, last - first))
    return tuple(found)


def part_of(ranges: Sequence[Range], part: Range) -> tuple[Range, ...]:
    """Returns a part of what is held of a dimension.

    Args:
      ranges: The ranges that are held.
      part: The part, counted in the held values.
    """
    found = []
    offset = 0
    for start, size in ranges:
        first, last = max(part.start, offset), min(part.start + part.size, offset + size)
        if first < last:
            found.append(Range(start + first - offset, last - first))
        offset += size
    return tuple(found)


def boxes(held: Held) -> list[tuple[Range, ...]]:
    """Lists the held pieces of the whole variable; a piece is one range of every dimension."""
    return list(itertools.product(*held))


def local_boxes(held: Held) -> list[tuple[Range, ...]]:
    """Lists where the pieces of `boxes` lie in the array of the held values, in the same order."""
    local = []
    for ranges in held:
        starts = itertools.accumulate((piece.size for piece in ranges), initial=0)
        local.append(
            tuple(Range(start, piece.size) for start, piece in zip(starts, ranges, strict=False))
        )
    return boxes(tuple(local))


def _parts(axis: LogicalAxis, size: int) -> tuple[Sequence[Axis], Sequence[int]]:
    if isinstance(axis, Fused):
        return axis.parts, axis.sizes
    return (Axis(axis) if isinstance(axis, str) else axis,), (size,)


def _listed(names: Mapping[str, object]) -> str:
    return ", ".join(sorted(names)) or "none"
