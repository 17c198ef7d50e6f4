"""Saves checkpoints while training continues."""

import dataclasses
import queue
import threading
import time
from collections.abc import Iterable, Sequence

from frazo.checkpoint.manifest import Manifest
from frazo.checkpoint.saved_tensor import SavedTensor
from frazo.checkpoint.store import CheckpointStore, CheckpointWriteError, PartStore


@dataclasses.dataclass(frozen=True)
class FinishedSave:
    """The result of one save: a manifest or an error; neither for a part of a checkpoint."""

    step: int
    write_seconds: float
    manifest: Manifest | None
    error: CheckpointWriteError | None


class CheckpointWriter:
    """Writes checkpoints in one background thread, at most one at a time.

    Not thread-safe: only the training thread uses it.
    """

    def __init__(self, store: CheckpointStore | PartStore):
        self._store = store
        self._thread: threading.Thread | None = None
        self._finished: queue.SimpleQueue = queue.SimpleQueue()

    def save(self, step: int, tensors: Sequence[SavedTensor]) -> None:
        """Starts a save and returns at once. If the previous save is still being written, waits for
        it first.

        Args:
          step: The step of the checkpoint.
          tensors: Snapshots (values, not variables), because they are written later.
        """
        self._join()
        self._thread = threading.Thread(
            target=self._write, args=(step, list(tensors)), name=f"save-{step}"
        )
        self._thread.start()

    def save_now(self, step: int, tensors: Iterable[SavedTensor]) -> None:
        """Saves and returns when it is done.

        Args:
          step: The step of the checkpoint.
          tensors: Taken one after the other, so that they need not fit into memory together.
        """
        self._join()
        self._write(step, tensors)

    def finished(self) -> list[FinishedSave]:
        """Returns the saves that have ended since the last call, in order. Does not wait."""
        saves = []
        while not self._finished.empty():
            saves.append(self._take())
        return saves

    def close(self) -> list[FinishedSave]:
        """Waits for the current save and returns finished()."""
        self._join()
        return self.finished()

    def _take(self) -> FinishedSave:
        result = self._finished.get()
        if isinstance(result, BaseException):
            raise result
        return result

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _write(self, step: int, tensors: Iterable[SavedTensor]) -> None:
        began = time.monotonic()
        try:
            manifest, error = self._store.write(step, tensors), None
        except CheckpointWriteError as failure:
            manifest, error = None, failure
        except (
            BaseException
        ) as fault:  # Not a full disk but a fault of ours: raised where it is seen.
            self._finished.put(fault)
            return
        self._finished.put(FinishedSave(step, time.monotonic() - began, manifest, error))
