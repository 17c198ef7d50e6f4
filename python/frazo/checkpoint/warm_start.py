"""Initializes weights from the checkpoint of another training."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory, read_state
from frazo.checkpoint.manifest import MANIFEST_SUFFIX, DamagedCheckpointError, step_of
from frazo.checkpoint.restore import Bundle, assign_saved, shapes_and_dtypes
from frazo.config.suggestions import nearest
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
    """

    checkpoint: Bundle
    taken: int
    left: tuple[str, ...]

    def describe(self) -> str:
        """Returns one line for the console."""
        text = (
            f"warm start from {self.checkpoint.prefix}: {self.taken} of "
            f"{self.taken + len(self.left)} variables"
        )
        if not self.left:
            return text
        shown = ", ".join(self.left[:_NAMES_TO_SHOW])
        more = len(self.left) - _NAMES_TO_SHOW
        return f"{text}; {len(self.left)} keep their initial values: {shown}" + (
            f" and {more} more" if more > 0 else ""
        )


def warm_start(
    message: warm_start_pb2.WarmStart, variables: Mapping[str, tf.Variable]
) -> WarmStarted:
    """Assigns tensors of a checkpoint to the model's variables.

    Args:
      message: The checkpoint and the rules.
      variables: The model's variables by name.

    Raises:
      JobError: There is no whole checkpoint, a rule matches no variable, a tensor is missing or has
        another shape or type, or no variable takes a tensor. Nothing is assigned.
    """
    checkpoint = _open(Path(message.checkpoint))
    shapes, dtypes = shapes_and_dtypes(checkpoint)
    if message.name_rules:
        sources = _sources(message.name_rules, list(variables))
    else:
        sources = {name: name for name in variables if name in shapes}
    problems = [
        problem
        for name, source in sources.items()
        if (problem := _misfit(name, variables[name], source, shapes, dtypes))
    ]
    if not sources:
        problems.append(
            f"no tensor has the name of a variable; the model has {_shown(variables)}, the checkpoint "
            f"{_shown(shapes)}"
        )
    if problems:
        raise JobError(
            f"warm_start: {checkpoint.prefix} does not fit:\n"
            + "".join(f"  {problem}\n" for problem in problems)
            + "Correct warm_start.name_rules: `tensor` must name a tensor of the checkpoint; with `skip: true` "
            "variables keep their initial values."
        )
    assign_saved(checkpoint, [(source, variables[name]) for name, source in sources.items()])
    left = tuple(name for name in variables if name not in sources)
    return WarmStarted(checkpoint, len(sources), left)


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


def _sources(rules: Sequence[warm_start_pb2.WarmStartRule], names: Sequence[str]) -> dict[str, str]:
    """Returns the tensor for each variable that takes one.

    Raises:
      JobError: A rule matches no variable.
    """
    matches = [_matches(index, rule, names) for index, rule in enumerate(rules)]
    sources = {}
    for name in names:
        for rule, rule_matches in zip(rules, matches, strict=True):
            if name in rule_matches:
                if not rule.skip:
                    sources[name] = rule_matches[name]
                break
    return sources


def _matches(
    index: int, rule: warm_start_pb2.WarmStartRule, names: Sequence[str]
) -> dict[str, str]:
    """Returns the tensor for each of the names that match the rule."""
    parts = rule.variables.split("*")
    pattern = re.compile("(.*)".join(re.escape(part) for part in parts), re.DOTALL)
    tensor = (rule.tensor or rule.variables).split("*")
    if len(tensor) > len(parts):
        raise JobError(
            f'warm_start.name_rules[{index}].tensor: "{rule.tensor}" has more `*` than variables, '
            f'"{rule.variables}"; each `*` in tensor must have one in variables'
        )
    found = {}
    for name in names:
        if match := pattern.fullmatch(name):
            filled = zip(tensor, (*match.groups()[: len(tensor) - 1], ""), strict=True)
            found[name] = "".join(text for pair in filled for text in pair)
    if not found:
        suggestion = nearest(rule.variables, names)
        hint = f'; the nearest is "{suggestion}"' if suggestion else f"; there are {_shown(names)}"
        raise JobError(
            f'warm_start.name_rules[{index}].variables: "{rule.variables}" matches no variable of the '
            f"model{hint}"
        )
    return found


def _misfit(
    name: str,
    variable: tf.Variable,
    source: str,
    shapes: Mapping[str, Sequence[int]],
    dtypes: Mapping[str, tf.DType],
) -> str | None:
    """Returns why the tensor does not fit the variable, or None if it fits."""
    if source not in shapes:
        suggestion = nearest(source, list(shapes))
        hint = f" (the nearest is {suggestion})" if suggestion else ""
        return f"{name}: there is no {source} in the checkpoint{hint}"
    if list(shapes[source]) != full_shape(variable):
        return f"{name}: {source} has shape {shapes[source]}, the variable {full_shape(variable)}"
    if dtypes[source] != variable.dtype:
        return (
            f"{name}: {source} is {tf.as_dtype(dtypes[source]).name}, the variable "
            f"{variable.dtype.name}"
        )
    return None


def _shown(names: Sequence[str] | Mapping[str, object]) -> str:
    listed = sorted(names)
    return ", ".join(listed[:_NAMES_TO_SHOW]) + (", ..." if len(listed) > _NAMES_TO_SHOW else "")
