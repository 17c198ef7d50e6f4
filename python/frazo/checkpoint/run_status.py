"""The word a finished training leaves for those who follow it: `train/finished`, JSON {"step": N}."""

import json
from pathlib import Path

from frazo.program import durable_file

_FILE = "finished"


def mark_finished(train_directory: Path, step: int) -> None:
    """To be written after the last checkpoint."""
    durable_file.write_text(train_directory / _FILE, json.dumps({"step": step}) + "\n")


def clear_finished(train_directory: Path) -> None:
    """To be called before a training goes on."""
    (train_directory / _FILE).unlink(missing_ok=True)


def finished_step(train_directory: Path) -> int | None:
    """The step at which training finished; None: it has not (or the file says nothing legible)."""
    try:
        return json.loads((train_directory / _FILE).read_text(encoding="utf-8"))["step"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
