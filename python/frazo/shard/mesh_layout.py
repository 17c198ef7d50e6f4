"""What the mesh of a configuration means for a number of workers. It needs no TensorFlow."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from frazo.proto import mesh_pb2

_BATCH_AXIS = "data"
_MODEL_AXIS = "model"
_STAGE_AXIS = "stage"
# What layers can compute with when it is cut.
_CUT_BY_DEFAULT = ("heads", "key_value_heads", "mlp", "vocab")
# Each process of the axis has experts for the tokens of all.
_CUT_BY_ANY = ("expert",)


class PipelineLayout(NamedTuple):
    """What a configuration says of the stages of a model.

    Attributes:
      axis: The axis along which the stages are.
      micro_batches: Into how many parts a batch is divided; 0: as many as there are stages.
      all_forward_first: Whether all parts go forward before one goes backward.
      layers: How many layers each stage has; (): as even as possible.
    """

    axis: str
    micro_batches: int = 0
    all_forward_first: bool = False
    layers: tuple[int, ...] = ()


class MeshLayout(NamedTuple):
    """The mesh of some workers.

    Attributes:
      sizes: Number of workers along each axis, the slowest axis first.
      rules: The mesh axis that cuts each logical axis.
      batch_axis: The axis whose workers have batches of their own; "": all have the same.
      pipeline: The stages, if the layers are dealt out.
      cuts_optimizer: Whether the workers of the batch axis hold pieces of the optimizer's slots.
    """

    sizes: Mapping[str, int]
    rules: Mapping[str, str]
    batch_axis: str
    pipeline: PipelineLayout | None = None
    cuts_optimizer: bool = False

    @property
    def copies(self) -> int:
        """The number of workers that have the same batch."""
        return math.prod(size for name, size in self.sizes.items() if name != self.batch_axis)


def mesh_layout(message: mesh_pb2.Mesh, num_workers: int) -> MeshLayout | None:
    """Returns the mesh of a number of workers; None if the configuration has none.

    Args:
      message: The mesh of an experiment.
      num_workers: The number of workers of the cluster; 1 without one.

    Raises:
      ValueError: The mesh is not possible, or not with so many workers.
    """
    if not message.axes:
        if message.batch_axis:
            raise ValueError("mesh.axes: there are none for mesh.batch_axis; add them")
        if message.pipeline.axis:
            raise ValueError("mesh.axes: there are none for mesh.pipeline; add them")
        return None
    names = [axis.name for axis in message.axes]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ValueError(f'mesh.axes[{index}].name: there is another axis called "{name}"')
    batch_axis = message.batch_axis or (_BATCH_AXIS if _BATCH_AXIS in names else "")
    if batch_axis and batch_axis not in names:
        raise ValueError(f'mesh.batch_axis: there is no axis called "{batch_axis}"; {_axes(names)}')
    if message.cut_optimizer and not batch_axis:
        raise ValueError(
            "mesh.cut_optimizer: there is no batch axis between whose workers the optimizer could be "
            "cut; set mesh.batch_axis"
        )
    layout = MeshLayout(
        _sizes(message, batch_axis, num_workers),
        _rules(message, names),
        batch_axis,
        _pipeline(message, names),
        message.cut_optimizer,
    )
    _check_rules(layout)
    _check_pipeline(layout)
    return layout


def _sizes(message: mesh_pb2.Mesh, batch_axis: str, num_workers: int) -> dict[str, int]:
    sizes = {axis.name: axis.size for axis in message.axes}
    for index, axis in enumerate(message.axes):
        if not axis.size and axis.name != batch_axis:
            raise ValueError(
                f'mesh.axes[{index}].size: say how many workers the axis "{axis.name}" has; only the '
                "batch axis takes what the others leave it"
            )
    given = math.prod(size for size in sizes.values() if size)
    is_open = batch_axis and not sizes[batch_axis]
    if is_open:
        sizes[batch_axis] = num_workers // given
    if math.prod(sizes.values()) != num_workers:
        shown = " x ".join(f"{axis.name} {axis.size}" for axis in message.axes if axis.size)
        needed = f"a multiple of {given}" if is_open else str(given)
        raise ValueError(
            f"mesh.axes: the mesh ({shown}) needs {needed} workers, and there "
            f"{'is 1' if num_workers == 1 else f'are {num_workers}'}. Start as many, by "
            f"--cluster=local:{given} on this machine, or change mesh.axes."
        )
    return sizes


def _rules(message: mesh_pb2.Mesh, names: list[str]) -> dict[str, str]:
    if message.rules:
        return dict(message.rules)
    return dict.fromkeys(_CUT_BY_DEFAULT, _MODEL_AXIS) if _MODEL_AXIS in names else {}


def _pipeline(message: mesh_pb2.Mesh, names: list[str]) -> PipelineLayout | None:
    pipeline = message.pipeline
    axis = pipeline.axis or (_STAGE_AXIS if _STAGE_AXIS in names else "")
    if not axis:
        if message.HasField("pipeline"):
            raise ValueError(
                f'mesh.pipeline.axis: say which axis has the stages, or call one "{_STAGE_AXIS}"; '
                f"{_axes(names)}"
            )
        return None
    all_forward_first = pipeline.schedule == mesh_pb2.Mesh.Pipeline.GPIPE
    return PipelineLayout(axis, pipeline.micro_batches, all_forward_first, tuple(pipeline.layers))


def _check_pipeline(layout: MeshLayout) -> None:
    if layout.pipeline is None:
        return
    axis = layout.pipeline.axis
    if axis not in layout.sizes:
        raise ValueError(
            f'mesh.pipeline.axis: there is no axis called "{axis}"; {_axes(layout.sizes)}'
        )
    if axis == layout.batch_axis:
        raise ValueError(
            f'mesh.pipeline.axis: "{axis}" is the batch axis, whose workers have different batches; '
            "name another axis"
        )
    cut = sorted(logical for logical, name in layout.rules.items() if name == axis)
    if cut:
        raise ValueError(
            f'mesh.rules["{cut[0]}"]: "{axis}" has the stages of the pipeline, and cuts nothing '
            "within a layer; name another axis"
        )
    layers = layout.pipeline.layers
    if layers and (len(layers) != layout.sizes[axis] or min(layers) < 1):
        raise ValueError(
            f"mesh.pipeline.layers: give each of {layout.sizes[axis]} stages one layer or more; there "
            f"are {list(layers)}"
        )


def _check_rules(layout: MeshLayout) -> None:
    known = [*_CUT_BY_DEFAULT, *_CUT_BY_ANY]
    for logical, name in layout.rules.items():
        path = f'mesh.rules["{logical}"]'
        if logical not in known:
            raise ValueError(
                f"{path}: no layer computes with a part of {logical}; expected one of "
                f"{', '.join(known)}"
            )
        if name not in layout.sizes:
            raise ValueError(f'{path}: there is no axis called "{name}"; {_axes(layout.sizes)}')
        if name == layout.batch_axis and logical not in _CUT_BY_ANY:
            raise ValueError(
                f'{path}: "{name}" is the batch axis, whose workers have different batches; name '
                "another axis"
            )


def _axes(names: Mapping[str, int] | list[str]) -> str:
    return f"the axes are {', '.join(names)}"
