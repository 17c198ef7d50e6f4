"""Counts what an export writes, and what it leaves out and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from frazo_tools.detection.scene_errors import SceneError

# What is left out is named up to this many times; all of it is counted.
_MOST_NAMED = 100

# The counts by name, and `labels`, `left_out` (counts by class and by reason), `named`.
Report = dict[str, Any]


class ExportTally:
    """Counts what is in a shard.

    scans, points, objects and objects_without_points are there for each shard. `objects` counts the
    records of single objects.
    """

    def __init__(self, *more: str) -> None:
        """Takes the names of counts besides these."""
        names = ("scans", "points", "objects", "objects_without_points", *more)
        self._counts = dict.fromkeys(names, 0)
        self._labels: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._named: list[dict[str, str]] = []

    def add(self, labels: Iterable[str], **counts: int) -> None:
        """Counts a scan: the classes of its objects, and what else there is."""
        self._labels.update(labels)
        for name, count in counts.items():
            self._counts[name] += count

    def leave_out(self, name: str, error: SceneError) -> None:
        """Counts a scan that is left out."""
        self._left_out[error.reason] += 1
        if len(self._named) < _MOST_NAMED:
            self._named.append({"name": name, "reason": error.reason, "detail": error.detail})

    def report(self) -> Report:
        """Returns what was counted, as JSON can have it."""
        return {
            **self._counts,
            "labels": dict(self._labels),
            "left_out": dict(self._left_out),
            "named": self._named,
        }


def sum_reports(parts: Sequence[Report]) -> Report:
    """Returns the report of all shards; there is at least one."""
    labels: Counter[str] = Counter()
    left_out: Counter[str] = Counter()
    for part in parts:
        labels.update(part["labels"])
        left_out.update(part["left_out"])
    named = sorted(
        (each for part in parts for each in part["named"]), key=lambda each: each["name"]
    )
    counts = [name for name, value in parts[0].items() if isinstance(value, int)]
    return {
        **{name: sum(part[name] for part in parts) for name in counts},
        "labels": dict(sorted(labels.items())),
        "left_out": dict(sorted(left_out.items())),
        "named": named[:_MOST_NAMED],
    }
