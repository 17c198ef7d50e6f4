"""Prints what an export has found."""

from collections.abc import Mapping, Sequence

from frazo_tools.detection.export_tally import Report
from frazo_tools.records.table import counted, table

_NAMED_ON_THE_TERMINAL = 5
# What counts mean that all exports have: the thing that is counted, and what is said of it.
_NOTES = {
    "objects": ("record", "of single objects"),
    "objects_without_points": ("object", "without a point, of which no record is made"),
}


def print_reports(
    reports: Mapping[str, Report], classes: Sequence[str], notes: Mapping[str, tuple[str, str]]
) -> None:
    """Prints a table of splits, and what was left out.

    Args:
      reports: The reports of the splits by name.
      classes: The classes of the data set, in the order of the table.
      notes: What further counts mean: the thing that is counted, and what is said of it.
    """
    labels = [name for name in classes if any(name in each["labels"] for each in reports.values())]
    rows = [
        (
            split,
            f"{report['scans']:,}",
            f"{report['points'] / max(report['scans'], 1):,.0f}",
            *(f"{report['labels'].get(name, 0):,}" for name in labels),
            f"{sum(report['left_out'].values()):,}",
        )
        for split, report in reports.items()
    ]
    print(table(("split", "scans", "points each", *labels, "left out"), rows))
    for split, report in reports.items():
        for name, (thing, text) in {**_NOTES, **notes}.items():
            if report[name]:
                print(f"{split}: {counted(report[name], thing)} {text}")
        for reason, number in report["left_out"].items():
            print(f"{split}: {counted(number, 'scan')} left out: {reason}")
        for item in report["named"][:_NAMED_ON_THE_TERMINAL]:
            print(f"  {item['detail']}")
