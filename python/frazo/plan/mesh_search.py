"""Finds meshes on whose processes a training fits."""

from collections.abc import Callable, Iterator

from frazo.plan.device import Device
from frazo.plan.plan import Plan, make_plan
from frazo.plan.plan_table import amount
from frazo.program.errors import JobError
from frazo.proto import experiment_pb2, mesh_pb2

_MOST_PROCESSES = 1 << 14


def find_meshes(
    experiment: experiment_pb2.Experiment,
    device: Device,
    num_bytes: float,
    progress: Callable[[str], None],
) -> list[Plan]:
    """Finds the smallest meshes on which a training fits.

    They have an axis "data", which divides batches, and an axis "model", which cuts weights; their
    sizes are powers of two.

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
    alone = _with_mesh(experiment, 1, 1)
    whole = make_plan(alone, device)
    impossible: set[int] = set()
    count = 1
    while count <= _MOST_PROCESSES:
        fitting = []
        for data, model in _factors(count):
            # Pieces of the weights alone must leave room for more.
            if model in impossible or (whole.weights + whole.slots) / model >= num_bytes:
                continue
            plan = _try(_with_mesh(experiment, data, model), device)
            progress(_line(data, model, plan))
            if plan is None and data == 1:
                impossible.add(model)
            elif plan is not None and plan.num_bytes <= num_bytes:
                fitting.append(plan)
        if fitting:
            return sorted(fitting, key=lambda plan: plan.seconds + plan.sending_seconds)
        count *= 2
    return []


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


def _try(experiment: experiment_pb2.Experiment, device: Device) -> Plan | None:
    """Returns the plan, or None if weights or batches cannot be cut into so many pieces."""
    try:
        return make_plan(experiment, device)
    except JobError:
        return None


def _line(data: int, model: int, plan: Plan | None) -> str:
    found = "not possible" if plan is None else f"{amount(plan.num_bytes, 'B')} a process"
    return f"data {data} x model {model}: {found}"
