"""Prints what an export has found."""

from collections.abc import Mapping
from typing import Any

from frazo.tasks.car.kitti.labels import CLASSES
from frazo_tools.detection.kitti_folder import USUAL_IMAGE_SIZE
from frazo_tools.records.table import counted, table

_NAMED_ON_THE_TERMINAL = 5


def print_reports(reports: Mapping[str, Mapping[str, Any]]) -> None:
    """Prints a table of splits, and what was left out.

    Args:
      reports: What export_splits has returned.
    """
    labels = [name for name in CLASSES if any(name in each["labels"] for each in reports.values())]
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
        if report["objects"]:
            print(f"{split}: {counted(report['objects'], 'record')} of single objects")
        if report["without_image"]:
            width, height = USUAL_IMAGE_SIZE
            print(
                f"{split}: {counted(report['without_image'], 'scan')} without an image, whose size is "
                f"taken to be {width} x {height}"
            )
        for reason, number in report["left_out"].items():
            print(f"{split}: {counted(number, 'scan')} left out: {reason}")
        for item in report["named"][:_NAMED_ON_THE_TERMINAL]:
            print(f"  {item['detail']}")
