"""Turns the Waymo Open Dataset into records for 3D detection.

    ./bazelw run -c opt //tools:waymo -- train=/data/waymo/training val=/data/waymo/validation \\
        --out=/data/records

An argument SPLIT=FILES names the files of a split: a folder, a path or a pattern in quotes. The
files are those of the data set's version 1 for perception (individual_files: segment-*.tfrecord),
whose records are frames; or those that Lingvo's converter has made, whose records are tf.Examples.
Each record tells which of the two it is. Neither TensorFlow nor the data set's own package is
needed. OUT gets

    train.tfrecord-00000-of-00798 ...   a tf.Example for each scan: points and objects
    objects.tfrecord-*                  objects of --objects_of with their points, for pasting
    train.json                          how many scans and objects, and what was left out and why

A scan has the points of both returns of all five lidars in the vehicle's frame: x forward, y left,
z up. The pixels of the lidar on the roof are moved to where the vehicle was at the scan's time.
Each point has its intensity, its elongation, and whether it is in a zone that nobody labelled. The
difficulty of an object is that of Waymo's scores: the level that the raters gave, otherwise 2 with
at most 5 points and 1 with more; 999 without a point. A frame without an object has an empty
street, but in a split with "test" in its name it has no labels. The experiments car.waymo.* name
all features.

A file becomes a file of the same number, which appears when it is whole; 1,000 frames need some 4
GB. Files that are done are not read again, so that the program can be stopped and started again. A
frame or a part of a file that is damaged is named, counted and left out, and the rest goes on.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from frazo import _core
from frazo.detection_scores import WAYMO_LABELS
from frazo_tools.detection.export_report import print_reports
from frazo_tools.detection.scene_errors import FolderError
from frazo_tools.detection.waymo.waymo_export import WaymoExport, export_waymo, find_splits
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.records.input_files import whole_number
from frazo_tools.worker_count import add_worker_count

_NOTES = {
    "points_left_out": ("point", "left out: a number of theirs is not finite"),
    "objects_left_out": (
        "object",
        "left out: their boxes take no space, or their class is unknown",
    ),
    "unlabelled": ("scan", "without labels: no score counts what is found there"),
}


def run(options: argparse.Namespace) -> None:
    """Writes the records.

    Raises:
      FolderError, FrazoError, OSError.
    """
    export = WaymoExport(options.out, options.objects_of, options.object_interval)
    reports = export_waymo(export, find_splits(options.splits), options.processes)
    print_reports(reports, WAYMO_LABELS, _NOTES)
    print(f"written to {options.out}")


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("waymo", __doc__)
    parser.add_argument(
        "splits", nargs="+", metavar="SPLIT=FILES", help="such as train=/data/waymo/training"
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write")
    parser.add_argument(
        "--objects_of",
        default="train",
        metavar="SPLIT",
        help="the split whose objects become records, too; default: train",
    )
    parser.add_argument(
        "--object_interval",
        type=whole_number(1),
        default=10,
        metavar="SCANS",
        help="objects of one in so many scans of a drive, which show the same objects ten times a "
        "second; default: 10",
    )
    add_worker_count(parser, "processes", "read")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    return run_with_options(
        "waymo", arguments, _parse_arguments, run, (FolderError, _core.FrazoError, OSError)
    )


if __name__ == "__main__":
    run_interruptible(main)
