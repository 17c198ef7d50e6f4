"""Makes the mesh of the connected workers."""

import itertools
import math
from collections.abc import Mapping

from frazo.shard.axis_group import AxisGroup, CallOrder
from frazo.shard.mesh import Mesh

# CollectiveGroup has the key 1.
_KEY_OF_EVERYONE = 2
_FIRST_KEY = 3


def connected_mesh(
    rank: int,
    sizes: Mapping[str, int],
    rules: Mapping[str, str],
    batch_axis: str,
    cuts_optimizer: bool = False,
) -> Mesh:
    """Returns the mesh as one of the workers sees it. A process makes one mesh.

    Args:
      rank: The number of this worker. The last axis changes fastest from one to the next.
      sizes: Number of workers along each mesh axis, the slowest axis first.
      rules: The mesh axis that cuts each logical axis.
      batch_axis: The mesh axis whose workers have batches of their own; "": all have the same.
      cuts_optimizer: Whether the workers of the batch axis hold pieces of the optimizer's slots.

    Raises:
      ValueError: The mesh has no such worker, or names an axis that it lacks.
    """
    count = math.prod(sizes.values())
    if not 0 <= rank < count:
        raise ValueError(f"mesh: it has {count} workers, from 0 on, and no worker {rank}")
    if batch_axis and batch_axis not in sizes:
        raise ValueError(
            f"mesh: batch_axis is {batch_axis}, but the axes are {', '.join(sizes) or 'none'}. "
            "Name one of them."
        )
    coordinates = mesh_coordinates(rank, sizes)
    order, keys = CallOrder(), itertools.count(_FIRST_KEY, count)
    groups = {}
    for name, size in sizes.items():
        first = rank - coordinates[name] * _stride(sizes, name)
        key = next(keys) + first
        groups[name] = AxisGroup(name, coordinates[name], size, key=key, order=order)
    everyone = AxisGroup("all", rank, count, key=_KEY_OF_EVERYONE, order=order)
    return Mesh(sizes, coordinates, rules, batch_axis, groups, everyone, cuts_optimizer)


def mesh_coordinates(rank: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """Returns the coordinate of a worker on each axis.

    Args:
      rank: The number of the worker.
      sizes: As for connected_mesh.
    """
    return {name: rank // _stride(sizes, name) % size for name, size in sizes.items()}


def _stride(sizes: Mapping[str, int], axis: str) -> int:
    """Returns by how much the numbers of two neighbours on an axis differ."""
    names = list(sizes)
    return math.prod(sizes[name] for name in names[names.index(axis) + 1 :])
