"""Joins what several workers save at one step into one checkpoint.

Each worker writes a TensorFlow bundle of its own into the directory of the checkpoints, which all
of them share. The chief, the worker number 0, waits until all are written, and merges them.
"""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import tensorflow as tf
from frazo.checkpoint.manifest import checkpoint_name
from frazo.checkpoint.pieces import write_in_pieces
from frazo.checkpoint.saved_tensor import SavedTensor
from frazo.program import durable_file


class CheckpointParts:
    """The parts of the checkpoints of one generation of workers."""

    def __init__(
        self,
        directory: Path,
        *,
        generation: int,
        rank: int,
        size: int,
        wait_for_all: Callable[[str], None],
        may_commit: Callable[[], None],
    ):
        """Writes nothing yet.

        Args:
          directory: Of the checkpoints.
          generation: Tells these workers from earlier ones, of which one may still be writing.
          rank: The number of this worker.
          size: The number of workers.
          wait_for_all: Waits until all workers have called it with the same text. Raises OSError if
            one does not.
          may_commit: Raises OSError if this worker no longer is the one that writes.
        """
        self._directory = directory
        self._generation = generation
        self._rank = rank
        self._size = size
        self._wait_for_all = wait_for_all
        self.may_commit = may_commit
        # The steps of the last barrier that this worker came to, and that all have come to.
        self._came = self._met = -1

    def write(self, step: int, tensors: Iterable[SavedTensor]) -> None:
        """Writes the part of a worker that is not the chief."""
        folder = self._folder(step, self._rank)
        try:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            # An empty folder says that this worker has no tensors.
            write_in_pieces(folder / checkpoint_name(step), tensors)
            for file in folder.iterdir():
                durable_file.sync_file(file)
        except (OSError, tf.errors.OpError):
            shutil.rmtree(folder, ignore_errors=True)
            # The chief must not wait for it.
            with contextlib.suppress(OSError):
                self._meet(step)
            raise
        self._meet(step)

    def merge(self, step: int, own_prefix: Path, merged_prefix: Path) -> None:
        """Waits for the others, and makes one bundle of theirs and that of the chief.

        Args:
          step: The step of the checkpoint.
          own_prefix: The chief's bundle. It and the others are gone afterwards.
          merged_prefix: The new bundle.

        Raises:
          OSError: A part did not come.
        """
        self._meet(step)
        folders = self._folders_of_others(step)
        for rank, folder in enumerate(folders, 1):
            if not folder.is_dir():
                raise FileNotFoundError(
                    f"{folder}: the part of worker {rank} is not here. Its log says why it could not "
                    "write it; if it wrote it, --logdir is no folder that all workers share"
                )
        written = [folder / checkpoint_name(step) for folder in folders if any(folder.iterdir())]
        tf.raw_ops.MergeV2Checkpoints(
            checkpoint_prefixes=[str(prefix) for prefix in (own_prefix, *written)],
            destination_prefix=str(merged_prefix),
            delete_old_dirs=False,
        )
        for folder in [own_prefix.parent, *folders]:
            shutil.rmtree(folder)

    def give_up(self, step: int) -> None:
        """Ends a save that failed in the chief: the others do not wait for it, and their parts
        go.
        """
        if self._came != step:
            with contextlib.suppress(OSError):
                self._meet(step)
        # Else one may still be writing.
        if self._met == step:
            for folder in self._folders_of_others(step):
                shutil.rmtree(folder, ignore_errors=True)

    def _meet(self, step: int) -> None:
        """Waits until all have written their parts, or have failed to."""
        self._came = step
        self._wait_for_all(f"parts-of-{checkpoint_name(step)}")
        self._met = step

    def _folders_of_others(self, step: int) -> list[Path]:
        return [self._folder(step, rank) for rank in range(1, self._size)]

    def _folder(self, step: int, rank: int) -> Path:
        part = f"generation-{self._generation}.part-{rank}-of-{self._size}"
        name = f"{checkpoint_name(step)}.{part}{durable_file.TEMPORARY_SUFFIX}"
        return self._directory / name
