"""Opens checkpoints to read from."""

import dataclasses
import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.manifest import (
    DamagedCheckpointError,
    FileRecord,
    Manifest,
    checkpoint_name,
    read_manifest,
    step_of,
    verify_files,
)
from frazo.checkpoint.new_logdir import TRAIN_FOLDER
from frazo.checkpoint.restore import read_tensors, shapes_and_dtypes
from frazo.experiment.model import GLOBAL_STEP
from frazo.program.errors import JobError
from frazo_tools.checkpoint.kinds import Kind, kinds_of


@dataclasses.dataclass(frozen=True)
class TensorEntry:
    """A tensor of a checkpoint, without its values."""

    name: str
    kind: Kind
    dtype: tf.DType
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """The number of values."""
        return math.prod(self.shape)

    @property
    def size_bytes(self) -> int | None:
        """The size of the values; None for texts and positions of inputs."""
        if self.dtype in (tf.string, tf.variant):
            return None
        return self.count * self.dtype.size

    @property
    def form(self) -> str:
        """Type and shape: "float32 [3, 2]"."""
        return f"{self.dtype.name} {list(self.shape)}"


@dataclasses.dataclass(frozen=True)
class Source:
    """A checkpoint.

    Attributes:
      prefix: Its path without the suffixes of its files.
      manifest: The list of its files; None for a checkpoint of another program.
    """

    prefix: str
    manifest: Manifest | None

    @functools.cached_property
    def tensors(self) -> Mapping[str, TensorEntry]:
        """Its tensors by name, sorted. Raises JobError if they cannot be listed."""
        shapes, dtypes = shapes_and_dtypes(self)
        kinds = kinds_of(shapes)
        return {
            name: TensorEntry(name, kinds[name], tf.as_dtype(dtypes[name]), tuple(shapes[name]))
            for name in sorted(shapes)
        }

    @property
    def step(self) -> int:
        """The steps that the training had done; 0 if another program's checkpoint has none."""
        if self.manifest is not None:
            return self.manifest.step
        entry = self.tensors.get(GLOBAL_STEP)
        if entry is None or not entry.dtype.is_integer or entry.shape != ():
            return 0
        return int(self.read(GLOBAL_STEP))

    @property
    def folder(self) -> Path:
        return Path(self.prefix).parent

    @property
    def logdir(self) -> Path | None:
        """The log directory that the checkpoint is in, if it is in one."""
        return self.folder.parent if self.folder.name == TRAIN_FOLDER else None

    def of_kind(self, *kinds: Kind) -> list[TensorEntry]:
        """Returns the tensors of these kinds, by name."""
        return [entry for entry in self.tensors.values() if entry.kind in kinds]

    def read(self, name: str) -> tf.Tensor:
        """Returns the values of a tensor. Raises JobError if TensorFlow cannot read them."""
        return read_tensors(self, {name: self.tensors[name].dtype})[name]


def open_source(path: Path) -> Source:
    """Opens a checkpoint, every byte of which is verified if it is ours.

    Args:
      path: LOGDIR/train/ckpt-NUMBER, or another program's prefix; or LOGDIR or a folder of
        checkpoints, for the newest one.

    Raises:
      JobError: There is no checkpoint, or it is damaged, by which file.
    """
    source = find_source(path)
    if source is None:
        source = find_newest(path, 1)[0]
    verify(source)
    return source


def find_source(path: Path) -> Source | None:
    """Returns the checkpoint that `path` names, its bytes not verified; None if it is a folder.

    Raises:
      JobError: There is no checkpoint, or its manifest is damaged.
    """
    if path.is_dir():
        return None
    step = step_of(path.name)
    if step is not None and path.name == checkpoint_name(step):
        if step in _steps(path.parent) or _with_suffix(path, ".index").exists():
            return _recorded(path.parent, step)
    elif _with_suffix(path, ".index").is_file():
        return Source(str(path), None)
    raise JobError(f"{path}: {_not_a_checkpoint(path)}")


def find_newest(path: Path, count: int) -> list[Source]:
    """Returns the newest checkpoints of a folder, the newest last, their bytes not verified.

    Raises:
      JobError: There are fewer, or a manifest is damaged.
    """
    folder = checkpoint_folder(path)
    steps = _steps(folder)
    if len(steps) < count:
        having = ", ".join(checkpoint_name(step) for step in steps) or "none"
        wanted = "a checkpoint" if count == 1 else f"{count} checkpoints"
        raise JobError(f"{folder}: {wanted} wanted; there are: {having}")
    return [_recorded(folder, step) for step in steps[-count:]]


def checkpoint_folder(path: Path) -> Path:
    """Returns where the checkpoints of a log directory are, or the folder itself."""
    train = path / TRAIN_FOLDER
    return train if train.is_dir() else path


def recorded(folder: Path) -> Iterator[tuple[int, Manifest | str]]:
    """Yields the step of each of a folder's checkpoints, and its manifest or the damage of that."""
    for step in _steps(folder):
        try:
            yield step, read_manifest(folder, step)
        except DamagedCheckpointError as error:
            yield step, str(error)


def damage_of(folder: Path, files: Sequence[FileRecord], *, reads: bool) -> str | None:
    """Returns the first damage of a checkpoint's files, or None.

    Args:
      folder: The folder of the files.
      files: The files.
      reads: Whether all bytes are read, and not sizes alone.
    """
    try:
        for file in files:
            size = (folder / file.name).stat().st_size
            if size != file.size_bytes:
                return f"{folder / file.name}: {size:,} bytes; {file.size_bytes:,} were written"
        if reads:
            verify_files(folder, files)
    except (OSError, DamagedCheckpointError) as error:
        return str(error)
    return None


def verify(source: Source) -> None:
    """Reads all bytes of a checkpoint of ours. Raises JobError if one has changed; TensorFlow
    verifies what is read of others.
    """
    if source.manifest is None:
        return
    damage = damage_of(source.folder, source.manifest.files, reads=True)
    if damage is not None:
        raise JobError(damage)


def _recorded(folder: Path, step: int) -> Source:
    try:
        manifest = read_manifest(folder, step)
    except DamagedCheckpointError as error:
        raise JobError(str(error)) from error
    return Source(str(folder / checkpoint_name(step)), manifest)


def _steps(folder: Path) -> list[int]:
    return CheckpointDirectory(folder).recorded_steps()


def _with_suffix(prefix: Path, suffix: str) -> Path:
    return prefix.with_name(prefix.name + suffix)


def _not_a_checkpoint(path: Path) -> str:
    having = [checkpoint_name(step) for step in _steps(path.parent)]
    if step_of(path.name) is not None and path.suffix:
        return f"is one file of a checkpoint; give {path.with_suffix('')}"
    there = f"; in its folder are {', '.join(having)}" if having else ""
    return (
        "is neither a checkpoint nor a folder of checkpoints. Give LOGDIR, or "
        f"LOGDIR/train/ckpt-NUMBER, or the path of another program's .index file without .index{there}"
    )
