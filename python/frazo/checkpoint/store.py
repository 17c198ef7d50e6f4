"""Writes checkpoints so that a crash, a full disk or a kill at any moment leaves older ones valid.

A save writes the tensor bundle into a temporary directory and syncs each file. It writes the
manifest as ckpt-*.partial and renames the files into place. Then it renames the manifest, writes
the `checkpoint` file, and finally removes older checkpoints. A directory must have only one writer.

The directory belongs to the user. The store removes the files that its own manifests list, and what
has the suffix of its temporary files. It never removes anything else.
"""

import errno
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import tensorflow as tf
from frazo._core import FrazoError
from frazo.checkpoint.directory import Checkpoint, CheckpointDirectory, write_state
from frazo.checkpoint.manifest import (
    DamagedCheckpointError,
    FileRecord,
    Manifest,
    checkpoint_name,
    manifest_path,
    partial_path,
    partial_steps,
    read_manifest,
    read_partial,
    step_of,
)
from frazo.checkpoint.parts import CheckpointParts
from frazo.checkpoint.pieces import write_in_pieces
from frazo.checkpoint.retention import RetentionPolicy, SavedCheckpoint
from frazo.checkpoint.saved_tensor import SavedTensor
from frazo.program import durable_file
from frazo.program.errors import JobError

DAMAGED_SUFFIX = ".damaged"

# Error numbers for a full disk, an exhausted quota and a limit on the size of files.
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class CheckpointWriteError(JobError):
    """A checkpoint could not be written. The older ones are valid."""


class CheckpointStore:
    """The writer of a directory of checkpoints. With several workers, that of the chief."""

    def __init__(
        self,
        path: Path,
        retention: RetentionPolicy,
        clock: Callable[[], float] = time.time,
        *,
        parts: CheckpointParts | None = None,
    ):
        """Creates the directory if it is missing.

        Args:
          path: The directory.
          retention: Decides which checkpoints are kept.
          clock: Unix time in seconds.
          parts: What other workers add to each checkpoint. Default: nothing.
        """
        self._parts = parts
        self._path = path
        self._retention = retention
        self._clock = clock
        self._directory = CheckpointDirectory(path)
        path.mkdir(parents=True, exist_ok=True)

    def open_newest(self, warn: Callable[[str], None]) -> Checkpoint | None:
        """Returns the newest whole checkpoint to continue from, or None if there is none.

        Renames damaged checkpoints, so that no reader takes them for valid, and removes the files
        that an unfinished save left. Removes no checkpoint yet.

        Args:
          warn: Called with a text for each damaged checkpoint, for the removed files, and for the
            checkpoints that the next save will remove.

        Raises:
          JobError: All checkpoints are damaged. Nothing is changed.
        """
        damages: dict[int, str] = {}
        newest = self._directory.newest(damages.__setitem__)
        for step, damage in damages.items():
            self._set_aside(step)
            warn(
                f"{damage}. The checkpoint is not used; its files are now called "
                f"{checkpoint_name(step)}*{DAMAGED_SUFFIX}"
            )
        if damages:
            write_state(self._path, self._readable_manifests())
        self._remove_leftovers(warn)
        self._announce_removals(warn)
        return newest

    def write(self, step: int, tensors: Iterable[SavedTensor]) -> Manifest:
        """Saves `tensors`. Raises CheckpointWriteError; readers then still see the old
        state.
        """
        aside = self._path / (checkpoint_name(step) + durable_file.TEMPORARY_SUFFIX)
        try:
            return self._write(step, tensors, aside)
        except (OSError, FrazoError, tf.errors.OpError) as error:
            if self._parts is not None:
                self._parts.give_up(step)
            raise CheckpointWriteError(_write_failure(self._path / aside.stem, error)) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def _write(self, step: int, tensors: Iterable[SavedTensor], aside: Path) -> Manifest:
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        prefix = aside / checkpoint_name(step)
        if self._parts is None:
            write_in_pieces(prefix, tensors)
        else:
            own_prefix = aside / "own" / prefix.name
            own_prefix.parent.mkdir()
            write_in_pieces(own_prefix, tensors)
            self._parts.merge(step, own_prefix, prefix)
        files = sorted(aside.iterdir())
        for file in files:
            durable_file.sync_file(file)
        manifest = Manifest(step, self._clock(), tuple(FileRecord.of(file) for file in files))
        if self._parts is not None:
            self._parts.may_commit()
        self._remove_same_step(step)
        partial = partial_path(self._path, step)
        durable_file.write_text(partial, manifest.to_text())
        for file in files:
            os.replace(file, self._path / file.name)
        durable_file.sync_directory(self._path)
        os.replace(partial, manifest_path(self._path, step))
        durable_file.sync_directory(self._path)
        self._retire()
        return manifest

    def _retire(self) -> None:
        manifests = self._readable_manifests()
        keep = self._steps_to_keep(manifests)
        write_state(self._path, [manifest for manifest in manifests if manifest.step in keep])
        for manifest in manifests:
            if manifest.step not in keep:
                self._remove(manifest)

    def _steps_to_keep(self, manifests: Sequence[Manifest]) -> set[int]:
        return self._retention.steps_to_keep(
            [SavedCheckpoint(manifest.step, manifest.saved_unix_seconds) for manifest in manifests]
        )

    def _remove_same_step(self, step: int) -> None:
        """Removes the checkpoint of a step that is written again after a return to an older
        checkpoint. No manifest may list a mixture of both.
        """
        try:
            self._remove(read_manifest(self._path, step))
        except DamagedCheckpointError:
            manifest_path(self._path, step).unlink(missing_ok=True)

    def _remove(self, manifest: Manifest) -> None:
        """Removes a checkpoint. If this process is killed here, the next start goes on with it."""
        partial = partial_path(self._path, manifest.step)
        os.replace(manifest_path(self._path, manifest.step), partial)
        self._remove_listed(manifest)
        partial.unlink()

    def _remove_listed(self, manifest: Manifest) -> None:
        for file in manifest.files:
            (self._path / file.name).unlink(missing_ok=True)

    def _readable_manifests(self) -> list[Manifest]:
        manifests = []
        for step in self._directory.recorded_steps():
            try:
                manifests.append(read_manifest(self._path, step))
            except DamagedCheckpointError:
                # An old checkpoint is damaged. A reader of it gets the error.
                continue
        return manifests

    def _set_aside(self, step: int) -> None:
        for file in self._path.iterdir():
            if step_of(file.name) == step and file.is_file():
                os.replace(file, file.with_name(file.name + DAMAGED_SUFFIX))

    def _remove_leftovers(self, warn: Callable[[str], None]) -> None:
        removed = []
        for step in partial_steps(self._path):
            try:
                manifest = read_partial(self._path, step)
            except DamagedCheckpointError:
                # A save writes it whole or not at all, so it is not ours.
                continue
            if not manifest_path(self._path, step).exists():
                self._remove_listed(manifest)
            partial_path(self._path, step).unlink()
            removed.append(checkpoint_name(step))
        for path in sorted(self._path.glob("*" + durable_file.TEMPORARY_SUFFIX)):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
            removed.append(path.name)
        if removed:
            warn(f"{self._path}: removed files of an unfinished save: {', '.join(removed)}")

    def _announce_removals(self, warn: Callable[[str], None]) -> None:
        """Tells which checkpoints are more than the retention keeps. So it is if the setting was
        lowered, or if checkpoints were copied into the directory.
        """
        manifests = self._readable_manifests()
        keep = self._steps_to_keep(manifests) if manifests else set()
        names = [checkpoint_name(m.step) for m in manifests if m.step not in keep]
        if names:
            warn(
                f"{self._path}: the next save will remove {', '.join(names)}. To keep them, end this "
                "training and move them out of the folder, or raise train.keep_checkpoints"
            )


class PartStore:
    """Writes what a worker that is not the chief adds to the checkpoints."""

    def __init__(self, parts: CheckpointParts):
        self._parts = parts

    def write(self, step: int, tensors: Iterable[SavedTensor]) -> None:
        """Returns once all parts are written. Raises CheckpointWriteError."""
        try:
            self._parts.write(step, tensors)
        except (OSError, FrazoError, tf.errors.OpError) as error:
            raise CheckpointWriteError(
                _write_failure(Path(checkpoint_name(step)), error)
            ) from error


def _write_failure(path: Path, error: Exception) -> str:
    cause = str(getattr(error, "message", error))
    # TensorFlow adds the names of its nodes to the message.
    cause = re.sub(r"\{\{.*?\}\}\s*|\s*\[Op:\w+\]", "", cause)
    if any(os.strerror(number) in cause for number in _NO_ROOM):
        what = "there is no room for the checkpoint"
        remedy = "Free space or lower train.keep_checkpoints."
    else:
        what, remedy = "the checkpoint could not be written", "Check the disk and --logdir."
    return f"{path}: {what}: {cause}. Earlier checkpoints are valid. {remedy}"
