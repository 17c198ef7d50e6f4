"""The mark of a finished training for jobs that follow it: `train/finished`, a line of JSON:
{"step": N, "max_steps": M}.
"""

import json
from pathlib import Path
from typing import NamedTuple

from frazo.program import durable_file

_FILE = "finished"


class Finished(NamedTuple):
    """The end of a training.

    Attributes:
      step: The step of its last checkpoint.
      max_steps: The steps that it was to have. An early stop ends it with fewer.
    """

    step: int
    max_steps: int


def mark_finished(train_directory: Path, finished: Finished) -> None:
    """Marks the training as finished. Call it after the last checkpoint."""
    durable_file.write_text(train_directory / _FILE, json.dumps(finished._asdict()) + "\n")


def clear_finished(train_directory: Path) -> None:
    """Removes the mark. Call it before a training continues."""
    (train_directory / _FILE).unlink(missing_ok=True)


def read_finished(train_directory: Path) -> Finished | None:
    """Returns how training finished, or None if it has not or the file is unreadable."""
    try:
        mark = json.loads((train_directory / _FILE).read_text(encoding="utf-8"))
        # Older versions had no early stop.
        return Finished(mark["step"], mark.get("max_steps", mark["step"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
