"""Prints what the preparation of sets has found."""

from collections.abc import Mapping, Sequence
from typing import Any

from frazo_tools.records.table import counted, table

_NAMED_ON_THE_TERMINAL = 5


def print_reports(reports: Mapping[str, Mapping[str, Any]]) -> None:
    """Prints a table of sets, what was left out, and what was taken although it is clipped.

    Args:
      reports: What `prepare` has returned, by the names of the sets.
    """
    rows = [
        (
            name,
            f"{report['utterances']:,}",
            f"{report['hours']:,.2f}",
            f"{report['words']:,}",
            f"{report['longest_seconds']:.1f} s",
            f"{sum(report['left_out'].values()):,}",
        )
        for name, report in reports.items()
    ]
    print(table(("set", "utterances", "hours", "words", "longest", "left out"), rows))
    for name, report in reports.items():
        for reason, number in report["left_out"].items():
            print(f"{name}: {counted(number, 'utterance')} left out: {reason}")
        _print_named(report["left_out_named"])
        # A report of before did not look for it.
        if clipped := report.get("clipped"):
            print(
                f"{name}: {counted(clipped, 'utterance')} clipped, but taken: samples are as large as "
                "they can be"
            )
            _print_named(report["clipped_named"])


def _print_named(items: Sequence[Mapping[str, str]]) -> None:
    for item in items[:_NAMED_ON_THE_TERMINAL]:
        print(f"  {item['name']}" + (f": {item['detail']}" if item["detail"] else ""))
