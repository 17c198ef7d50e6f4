"""Makes the mesh of the connected workers."""

import itertools
import math
from collections.abc import Iterator, Mapping

from frazo.shard.axis_group import AxisGroup, CallOrder
from frazo.shard.mesh import Mesh
from frazo.shard.mesh_layout import MeshLayout, PipelineLayout
from frazo.shard.pipeline import Pipeline
from frazo.shard.stage_channel import StageChannel

# CollectiveGroup has the key 1.
_KEY_OF_EVERYONE = 2
_FIRST_KEY = 3


def connected_mesh(
    rank: int,
    sizes: Mapping[str, int],
    rules: Mapping[str, str],
    batch_axis: str,
    pipeline: PipelineLayout | None = None,
    cuts_optimizer: bool = False,
) -> Mesh:
    """Returns the mesh as one of the workers sees it. A process makes one mesh.

    Args:
      rank: The number of this worker. The last axis changes fastest from one to the next.
      sizes: Number of workers along each mesh axis, the slowest axis first.
      rules: The mesh axis that cuts each logical axis.
      batch_axis: The mesh axis whose workers have batches of their own; "": all have the same.
      pipeline: The stages of the model, if its layers are dealt out.
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
        key = next(keys) + _first(rank, sizes, name)
        groups[name] = AxisGroup(name, coordinates[name], size, key=key, order=order)
    everyone = AxisGroup("all", rank, count, key=_KEY_OF_EVERYONE, order=order)
    stages = None
    if pipeline is not None and sizes[pipeline.axis] > 1:
        stages = _pipeline(rank, sizes, pipeline, keys, order)
    return Mesh(sizes, coordinates, rules, batch_axis, groups, everyone, stages, cuts_optimizer)


def mesh_coordinates(rank: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """Returns the coordinate of a worker on each axis.

    Args:
      rank: The number of the worker.
      sizes: As for connected_mesh.
    """
    return {name: rank // _stride(sizes, name) % size for name, size in sizes.items()}


def first_of_stage(stage: int, layout: MeshLayout) -> int:
    """Returns the number of the first worker of a stage."""
    assert layout.pipeline is not None
    return stage * _stride(layout.sizes, layout.pipeline.axis)


def _pipeline(
    rank: int,
    sizes: Mapping[str, int],
    layout: PipelineLayout,
    keys: Iterator[int],
    order: CallOrder,
) -> Pipeline:
    """Connects a process with those of the stages beside its own."""
    stage, num_stages = mesh_coordinates(rank, sizes)[layout.axis], sizes[layout.axis]
    last, stride = num_stages - 1, _stride(sizes, layout.axis)
    forward, backward, ends = next(keys), next(keys), next(keys)
    first = _first(rank, sizes, layout.axis)
    is_end = stage in (0, last)
    return Pipeline(
        layout,
        stage,
        num_stages,
        # A channel has the number of the process that sends.
        from_previous=StageChannel(forward + rank - stride) if stage > 0 else None,
        to_next=StageChannel(forward + rank) if stage < last else None,
        from_next=StageChannel(backward + rank + stride) if stage < last else None,
        to_previous=StageChannel(backward + rank) if stage > 0 else None,
        ends=AxisGroup(layout.axis, stage // last, 2, key=ends + first, order=order)
        if is_end
        else None,
    )


def _first(rank: int, sizes: Mapping[str, int], axis: str) -> int:
    """Returns the number of the first worker of a worker's line on an axis."""
    return rank - mesh_coordinates(rank, sizes)[axis] * _stride(sizes, axis)


def _stride(sizes: Mapping[str, int], axis: str) -> int:
    """Returns by how much the numbers of two neighbours on an axis differ."""
    names = list(sizes)
    return math.prod(sizes[name] for name in names[names.index(axis) + 1 :])
