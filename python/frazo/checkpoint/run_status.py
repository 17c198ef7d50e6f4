"""The mark of a finished training for jobs that follow it: `train/finished`, JSON {"step": N}."""

import json
from pathlib import Path

from frazo.program import durable_file

_FILE = "finished"


def mark_finished(train_directory: Path, step: int) -> None:
    """Marks the training as finished. Call it after the last checkpoint."""
    durable_file.write_text(train_directory / _FILE, json.dumps({"step": step}) + "\n")


def clear_finished(train_directory: Path) -> None:
    """Removes the mark. Call it before a training continues."""
    (train_directory / _FILE).unlink(missing_ok=True)


def finished_step(train_directory: Path) -> int | None:
    """Returns the step at which training finished, or None if it has not or the file is
    unreadable.
    """
    try:
        return json.loads((train_directory / _FILE).read_text(encoding="utf-8"))["step"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
