"""Initializes weights from the checkpoint of another training."""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory, read_state
from frazo.checkpoint.manifest import MANIFEST_SUFFIX, DamagedCheckpointError, step_of
from frazo.checkpoint.restore import Bundle, assign_saved, read_tensors, shapes_and_dtypes
from frazo.checkpoint.saved_tensor import held_part
from frazo.checkpoint.warm_start_rules import Assignment, TensorForm, assign
from frazo.layers.declaration import full_shape
from frazo.program.errors import JobError
from frazo.proto import warm_start_pb2

_NAMES_TO_SHOW = 5


@dataclasses.dataclass(frozen=True)
class OtherProgramsCheckpoint:
    """A checkpoint of TensorFlow's without our manifest, such as Lingvo's. TensorFlow verifies the
    tensors that it reads.
    """

    prefix: str


@dataclasses.dataclass(frozen=True)
class WarmStarted:
    """The result of a warm start.

    Attributes:
      checkpoint: The checkpoint that was read.
      taken: Number of variables that got a tensor.
      left: Names of the variables that keep their initial values.
      untaken: Names of the tensors that no variable takes, see Assignment.
    """

    checkpoint: Bundle
    taken: int
    left: tuple[str, ...]
    untaken: tuple[str, ...]

    def describe(self) -> str:
        """Returns one line for the console."""
        text = (
            f"warm start from {self.checkpoint.prefix}: {self.taken} of "
            f"{self.taken + len(self.left)} variables"
        )
        if self.left:
            what = f"{len(self.left)} keep their initial values"
            text += f"; {what}: {_first(self.left)}"
        if self.untaken:
            text += f"; {len(self.untaken)} tensors are not taken: {_first(self.untaken)}"
        return text


def warm_start(
    message: warm_start_pb2.WarmStart, variables: Mapping[str, tf.Variable]
) -> WarmStarted:
    """Assigns tensors of a checkpoint to the model's variables.

    Args:
      message: The checkpoint and the rules.
      variables: The model's variables by name.

    Raises:
      ConfigError: The rules_file cannot be read.
      JobError: There is no whole checkpoint, a rule matches no variable, a tensor is missing or has
        another shape or type, or no variable takes a tensor. Nothing is assigned.
    """
    checkpoint = _open(Path(message.checkpoint))
    forms = {
        name: TensorForm(tuple(full_shape(variable)), variable.dtype.name)
        for name, variable in variables.items()
    }
    found = assign(message, tensor_forms(checkpoint), forms, checkpoint.prefix)
    _take(checkpoint, found, variables)
    return WarmStarted(checkpoint, len(found.recipes), found.left, found.untaken)


def tensor_forms(checkpoint: Bundle) -> dict[str, TensorForm]:
    """Returns the form of each tensor. Raises JobError if the bundle is not readable."""
    shapes, dtypes = shapes_and_dtypes(checkpoint)
    return {
        name: TensorForm(tuple(shapes[name]), tf.as_dtype(dtypes[name]).name) for name in shapes
    }


def _take(checkpoint: Bundle, found: Assignment, variables: Mapping[str, tf.Variable]) -> None:
    whole = {name: recipe for name, recipe in found.recipes.items() if recipe.parts is None}
    assign_saved(
        checkpoint, [(recipe.tensors[0], variables[name]) for name, recipe in whole.items()]
    )
    for name, recipe in found.recipes.items():
        if recipe.parts is None:
            continue
        variable = variables[name]

        def read(tensor: str, dtype: tf.DType = variable.dtype) -> np.ndarray:
            return read_tensors(checkpoint, {tensor: dtype})[tensor].numpy()

        value = recipe.value(read, full_shape(variable)[0])
        variable.assign(held_part(variable, value))


def _open(path: Path) -> Bundle:
    if (other := _other_programs(path)) is not None:
        return other
    step = step_of(path.name)
    try:
        if step is not None and not path.is_dir():
            return CheckpointDirectory(path.parent).open(step)
        newest = CheckpointDirectory(path).newest(lambda step, damage: None)
    except (DamagedCheckpointError, JobError) as error:
        raise JobError(f"warm_start.checkpoint: {error}") from error
    if newest is None:
        raise JobError(
            f"warm_start.checkpoint: {path} is neither a checkpoint nor a folder of checkpoints; give "
            "LOGDIR/train, or LOGDIR/train/ckpt-NUMBER for a specific one. Of another program's give "
            "its prefix, the path of its .index file without .index."
        )
    return newest


def _other_programs(path: Path) -> OtherProgramsCheckpoint | None:
    """Returns the checkpoint with this prefix, or the one that the `checkpoint` file of this folder
    names as its newest, if it has no manifest of ours.
    """
    state = read_state(path) if path.is_dir() else None
    prefix = path / state.model_checkpoint_path if state is not None else path
    if (
        not _with_suffix(prefix, ".index").is_file()
        or _with_suffix(prefix, MANIFEST_SUFFIX).exists()
    ):
        return None
    # A damaged or unfinished one of ours.
    if step_of(prefix.name) is not None:
        return None
    return OtherProgramsCheckpoint(str(prefix))


def _with_suffix(prefix: Path, suffix: str) -> Path:
    return prefix.with_name(prefix.name + suffix)


def _first(names: tuple[str, ...]) -> str:
    more = len(names) - _NAMES_TO_SHOW
    return ", ".join(names[:_NAMES_TO_SHOW]) + (f" and {more} more" if more > 0 else "")
