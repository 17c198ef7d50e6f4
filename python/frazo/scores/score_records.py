"""Writes scores for TensorBoard and as JSON lines."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import tensorflow as tf
from frazo.input.lost_records import NOTHING_LOST, LostRecords
from frazo.program.console import Console
from frazo.scores.event_file import EventFile
from frazo.scores.score_log import ScoreLog


class ScoreRecords:
    """The event file and the score log of a directory.

    If the disk fails, a warning appears once until writing succeeds again: lost scores must not end
    the training.
    """

    def __init__(self, directory: Path, console: Console):
        self._directory = directory
        self._console = console
        self._events = EventFile(directory)
        self._log = ScoreLog(directory)
        self._failing = False

    def read(self) -> dict[int, dict[str, Any]]:
        """Returns the score log's records by step."""
        return self._log.read()

    def add_restart(self, step: int) -> None:
        """Records that training continues from `step`."""
        self._try(lambda: self._events.add_restart(step))

    def add(
        self,
        step: int,
        metrics: Mapping[str, float],
        only_events: Mapping[str, float] | None = None,
        summaries: Sequence[tf.compat.v1.Summary.Value] = (),
        details: Mapping[str, Any] | None = None,
        lost: LostRecords = NOTHING_LOST,
    ) -> None:
        """Adds the scores of a step.

        Args:
          step: Number of training steps done.
          metrics: Values by name, for both files.
          only_events: Scalars for the event file only, such as rates.
          summaries: Other values for the event file.
          details: More members for the score log only; see ScoreLog.append.
          lost: What the input lost: the member "lost" of the score log's record, and scalars
            "lost/KIND". Without losses, neither.
        """

        def write() -> None:
            members = {**(details or {}), **({"lost": lost.as_json()} if lost else {})}
            self._log.append(step, metrics, members)
            scalars = {**metrics, **(only_events or {}), **lost.scalars()}
            self._events.add_scalars(step, scalars)
            self._events.add_values(step, summaries)

        self._try(write)

    def close(self) -> None:
        self._try(self._events.close)

    def _try(self, write: Callable[[], None]) -> None:
        try:
            write()
        except (OSError, tf.errors.OpError) as error:
            if not self._failing:
                self._console.warning(f"{self._directory}: scores could not be written: {error}")
            self._failing = True
        else:
            self._failing = False
