"""Saves the state of training and logs the outcome."""

import time
from collections.abc import Callable

from frazo.checkpoint.manifest import checkpoint_name
from frazo.checkpoint.writer import CheckpointWriter, FinishedSave
from frazo.program.console import Console
from frazo.program.free_memory import free_memory_bytes
from frazo.program.number_format import format_bytes
from frazo.train.async_state import AsyncState
from frazo.train.state import TrainState


class Saver:
    """Takes snapshots, which a thread writes while training continues.

    If a snapshot would take more than half of the free memory, training waits instead, and the
    values are written piece by piece. A failed save causes a warning, since the next one may
    succeed. Only the failure of the last save is an error.
    """

    def __init__(
        self,
        state: TrainState | AsyncState,
        writer: CheckpointWriter,
        console: Console,
        on_saved: Callable[[int], None] = lambda step: None,
        free_memory: Callable[[], float] = free_memory_bytes,
    ):
        """Saves nothing yet.

        Args:
          state: What is saved.
          writer: Writes it.
          console: For log lines.
          on_saved: Called with the step of each checkpoint that has become whole.
          free_memory: Returns the bytes that are free.
        """
        self._free_memory = free_memory
        self._on_saved = on_saved
        self._state = state
        self._writer = writer
        self._console = console
        self._requested_step: int | None = None
        self._stall_seconds: dict[int, float] = {}

    def save(self, step: int) -> None:
        """Saves the state, unless the last call was for the same step."""
        if step == self._requested_step:
            return
        self._requested_step = step
        began = time.monotonic()
        if self._state.num_bytes > self._free_memory() / 2:
            self._writer.save_now(step, self._state.snapshot())
        else:
            self._writer.save(step, list(self._state.snapshot()))
        self._stall_seconds[step] = time.monotonic() - began

    def poll(self) -> None:
        """Logs the outcome of the saves that have ended."""
        for save in self._writer.finished():
            self._say(save)

    def close(self) -> None:
        """Waits for the running save.

        Raises:
          CheckpointWriteError: The last save failed.
        """
        for save in self._writer.close():
            if save.error is not None and save.step == self._requested_step:
                raise save.error
            self._say(save)

    def settle(self) -> None:
        """Waits like close() after another error; it only warns of a failed save."""
        for save in self._writer.close():
            self._say(save)

    def _say(self, save: FinishedSave) -> None:
        if save.error is not None:
            self._console.warning(f"{save.error} Training continues; the next save may succeed.")
        if save.manifest is None:
            return
        self._on_saved(save.step)
        self._console.log(
            f"train: saved {checkpoint_name(save.step)}: {format_bytes(save.manifest.size_bytes)} "
            f"in {save.write_seconds * 1e3:.0f} ms, training waited "
            f"{self._stall_seconds.pop(save.step) * 1e3:.1f} ms"
        )
