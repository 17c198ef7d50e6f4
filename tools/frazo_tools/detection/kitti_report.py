"""Prints what an export of a folder in KITTI's layout has found."""

from collections.abc import Mapping

from frazo.tasks.car.kitti.labels import CLASSES
from frazo_tools.detection.export_report import print_reports
from frazo_tools.detection.export_tally import Report
from frazo_tools.detection.kitti_folder import USUAL_IMAGE_SIZE

_WIDTH, _HEIGHT = USUAL_IMAGE_SIZE
_NOTES = {
    "without_image": (
        "scan",
        f"without an image, whose size is taken to be {_WIDTH} x {_HEIGHT}",
    )
}


def print_kitti_reports(reports: Mapping[str, Report]) -> None:
    """Prints a table of splits, and what was left out.

    Args:
      reports: What export_splits has returned.
    """
    print_reports(reports, CLASSES, _NOTES)
