"""Scores as JSON lines: {"step": 205, "unix_seconds": ..., "metrics": {"accuracy": 0.9415, ...},
...}.
"""

import json
import math
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

FILE_NAME = "scores.jsonl"


class ScoreLog:
    """The file scores.jsonl of a directory. It has one line per step; if a step occurs again, its
    last line counts.

    Attributes:
      path: The path of the file.
    """

    def __init__(self, directory: Path):
        self.path = directory / FILE_NAME

    def append(
        self, step: int, metrics: Mapping[str, float], details: Mapping[str, Any] | None = None
    ) -> None:
        """Appends a record. A metric that is not finite is written as null.

        Args:
          step: Number of training steps done.
          metrics: Values by name.
          details: More members of the record, such as how the metrics were computed.
        """
        # JSON has no NaN.
        values = {name: v if math.isfinite(v) else None for name, v in metrics.items()}
        record = {"step": step, "unix_seconds": round(time.time(), 3), "metrics": values}
        record |= details or {}
        line = json.dumps(record).encode() + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "ab") as file:
            if self._ends_torn():
                # The previous process was killed while it wrote. Its partial line must not join
                # this line.
                file.write(b"\n")
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def read(self) -> dict[int, dict[str, Any]]:
        """Returns the records by step, ascending. Skips a line that a kill cut short: its step
        counts as not done.
        """
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return {}
        records = {}
        for line in lines:
            try:
                record = json.loads(line)
                records[record["step"]] = record
            except (ValueError, KeyError, TypeError):
                continue
        return dict(sorted(records.items()))

    def stamp(self) -> tuple[int, int] | None:
        """Returns what changes whenever a line is appended; None if there is no file."""
        try:
            status = self.path.stat()
        except OSError:
            return None
        return status.st_size, status.st_mtime_ns

    def _ends_torn(self) -> bool:
        with open(self.path, "rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return False
            file.seek(-1, os.SEEK_END)
            return file.read(1) != b"\n"
