"""Finds meshes on whose processes a training fits."""

import contextlib
import dataclasses
from collections.abc import Callable, Iterator

from frazo.plan.alternatives import with_option
from frazo.plan.device import Device
from frazo.plan.plan import Plan, make_plan
from frazo.plan.plan_table import amount
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2, mesh_pb2

_MOST_PROCESSES = 1 << 14
# Tried where a mesh does not suffice without it.
_OPTION = "recompute_layers: true"


def find_meshes(
    experiment: experiment_pb2.Experiment,
    device: Device,
    num_bytes: float,
    progress: Callable[[str], None],
) -> list[Plan]:
    """Finds the smallest meshes on which a training fits.

    They have an axis "data", which divides batches, and an axis "model", which cuts weights; their
    sizes are powers of two. If no mesh of some number of processes suffices, layers are computed
    again.

    Args:
      experiment: The experiment. Its own mesh does not count.
      device: The device of each process.
      num_bytes: The memory of each.
      progress: Gets a line for each mesh that is tried.

    Returns:
      The plans of the meshes with the fewest processes of all that fit, the fastest first; [] if
      not even the largest mesh is large enough.

    Raises:
      JobError: The experiment cannot be planned at all.
    """
    search = _Search(experiment, device, num_bytes, progress)
    count = 1
    while count <= _MOST_PROCESSES:
        fitting = search.of(count)
        if fitting:
            return sorted(fitting, key=lambda plan: plan.seconds + plan.sending_seconds)
        count *= 2
    return []


class _Search:
    """Tries meshes of more and more processes."""

    def __init__(
        self,
        experiment: experiment_pb2.Experiment,
        device: Device,
        num_bytes: float,
        progress: Callable[[str], None],
    ):
        """Plans the experiment in one process; see find_meshes."""
        self._experiment = experiment
        self._device = device
        self._num_bytes = num_bytes
        self._progress = progress
        alone = make_plan(_with_mesh(experiment, 1, 1), device)
        self._state = alone.weights + alone.slots
        self._recomputed = with_option(experiment, "recompute_layers", True)
        # Sizes of the axis "model" that cannot be.
        self._impossible: set[int] = set()

    def of(self, count: int) -> list[Plan]:
        """Returns the plans of all meshes of `count` processes that fit."""
        fitting, too_large = [], []
        for data, model in _factors(count):
            # Pieces of the weights alone must leave room for more.
            if model in self._impossible or self._state / model >= self._num_bytes:
                continue
            plan = self._try(self._experiment, data, model)
            if plan is None and data == 1:
                self._impossible.add(model)
            elif plan is not None:
                (fitting if plan.num_bytes <= self._num_bytes else too_large).append(plan)
        return fitting or [plan for each in too_large for plan in self._with_recomputation(each)]

    def _with_recomputation(self, kept: Plan) -> list[Plan]:
        """Returns the plan of a mesh if layers that are computed again make it fit."""
        rest = kept.num_bytes - kept.activations.num_bytes
        if self._recomputed == self._experiment or rest >= self._num_bytes:
            return []
        plan = self._try(self._recomputed, kept.processes["data"], kept.processes["model"], _OPTION)
        if plan is None or plan.num_bytes > self._num_bytes:
            return []
        return [dataclasses.replace(plan, option=_OPTION)]

    def _try(
        self, experiment: experiment_pb2.Experiment, data: int, model: int, option: str = ""
    ) -> Plan | None:
        """Returns the plan of a mesh, or None if weights or batches cannot be cut into so many
        pieces.
        """
        plan = None
        with contextlib.suppress(JobError):
            plan = make_plan(_with_mesh(experiment, data, model), self._device)
        mesh = f"data {data} x model {model}"
        found = "not possible" if plan is None else f"{amount(plan.num_bytes, 'B')} a process"
        self._progress(f"{mesh}, {option}: {found}" if option else f"{mesh}: {found}")
        return plan


def _factors(count: int) -> Iterator[tuple[int, int]]:
    """Yields the pairs of powers of two whose product is `count`."""
    data = 1
    while data <= count:
        yield data, count // data
        data *= 2


def _with_mesh(
    experiment: experiment_pb2.Experiment, data: int, model: int
) -> experiment_pb2.Experiment:
    changed = experiment_pb2.Experiment()
    changed.CopyFrom(experiment)
    axes = [
        mesh_pb2.Mesh.Axis(name="data", size=data),
        mesh_pb2.Mesh.Axis(name="model", size=model),
    ]
    del changed.mesh.axes[:]
    changed.mesh.axes.extend(axes)
    return changed
