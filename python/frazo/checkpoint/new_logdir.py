"""Writes a log directory that holds one checkpoint, for what is made of other checkpoints."""

import os
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from frazo.checkpoint.directory import write_state
from frazo.checkpoint.manifest import FileRecord, Manifest, checkpoint_name, manifest_path
from frazo.checkpoint.pieces import PIECE_BYTES, write_in_pieces
from frazo.checkpoint.run_status import Finished, mark_finished
from frazo.checkpoint.saved_tensor import SavedTensor
from frazo.program import durable_file

# Where the jobs look for checkpoints in a log directory.
TRAIN_FOLDER = "train"


def write_new_logdir(
    logdir: Path,
    step: int,
    tensors: Iterable[SavedTensor],
    *,
    piece_bytes: int = PIECE_BYTES,
    finished: Finished | None = None,
    clock: Callable[[], float] = time.time,
) -> Manifest:
    """Writes LOGDIR/train with a checkpoint. The log directory appears when it is complete.

    Args:
      logdir: Must not exist.
      step: The step of the checkpoint.
      tensors: At least one; taken one after the other.
      piece_bytes: See write_in_pieces.
      finished: How the training ended, for jobs that follow it. Default: it goes on.
      clock: Unix time in seconds.

    Raises:
      FileExistsError: There is something at `logdir`, which stays as it is.
      OSError, tf.errors.OpError: It cannot be written; nothing is left behind.
      ValueError: There is no tensor.
    """
    require_new(logdir)
    aside = logdir.with_name(logdir.name + durable_file.TEMPORARY_SUFFIX)
    shutil.rmtree(aside, ignore_errors=True)
    try:
        train = aside / TRAIN_FOLDER
        train.mkdir(parents=True)
        if not write_in_pieces(train / checkpoint_name(step), tensors, piece_bytes):
            raise ValueError(f"{logdir}: a checkpoint without tensors")
        files = sorted(train.iterdir())
        for file in files:
            durable_file.sync_file(file)
        manifest = Manifest(step, clock(), tuple(FileRecord.of(file) for file in files))
        durable_file.write_text(manifest_path(train, step), manifest.to_text())
        write_state(train, [manifest])
        if finished is not None:
            mark_finished(train, finished)
        require_new(logdir)
        os.rename(aside, logdir)
        durable_file.sync_directory(logdir.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return manifest


def require_new(path: Path) -> None:
    """Raises FileExistsError if there is something at `path`, if only a link to nothing."""
    if os.path.lexists(path):
        raise FileExistsError(
            f"{path}: exists already, and nothing is replaced. Remove it, or give another name"
        )
