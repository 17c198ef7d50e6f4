"""Tells what an input lost in the lines of a log."""

from frazo.input.lost_records import LostRecords
from frazo.program.console import Console


class LostLine:
    """The part of a job's log lines about one input."""

    def __init__(self, label: str, console: Console):
        """Tells of an input.

        Args:
          label: How warnings begin: "train".
          console: Where warnings go.
        """
        self._label = label
        self._console = console
        self._told: set[str] = set()

    def part(self, lost: LostRecords) -> str:
        """Returns the end of a line of metrics: ", lost: 3 bad of 1,500 records", or nothing.

        Warns of the samples that it has not warned of before.
        """
        for sample in lost.samples:
            if sample not in self._told:
                self._told.add(sample)
                self._console.warning(f"{self._label}: skipped {sample}")
        return f", lost: {lost}" if lost else ""
