"""Turns folders in KITTI's layout into records for 3D detection, and back.

    ./bazelw run -c opt //tools:kitti -- export /data/kitti --out=/data/records
    ./bazelw run -c opt //tools:kitti -- restore '/data/records/val.tfrecord-*' --out=/data/again
    ./bazelw run -c opt //tools:kitti -- detections found.jsonl \\
        --records='/data/records/val.tfrecord-*' --out=/data/results

export reads ImageSets/SPLIT.txt, and of each scan velodyne/ID.bin, calib/ID.txt and label_2/ID.txt
in training/; splits with "test" in their names are in testing/, without labels. It writes

    SPLIT.tfrecord-00000-of-00016 ...    a tf.Example for each scan: points, objects, calibration
    objects.tfrecord-*                   each object of --objects_of with its points, for pasting
    SPLIT.json                           how many scans and objects, and what was left out and why

The i-th scan goes to shard i mod --shards. A scan with a missing or malformed file is named and
left out, and the rest goes on. Shards that are complete are not made again, so that the program can
be stopped and started again.

restore writes the scans, the labels and the calibrations of records as they were, byte for byte.

detections turns JSON lines, as decoders write them, into KITTI's text: a file for each scan of the
records, which have the calibrations. Its lines have -1 for truncation and occlusion, and the score.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from frazo import _core
from frazo_tools.detection.detection_lines import DetectionLineError
from frazo_tools.detection.kitti_export import Export, export_splits
from frazo_tools.detection.kitti_report import print_kitti_reports
from frazo_tools.detection.kitti_restore import restore
from frazo_tools.detection.kitti_results import write_results
from frazo_tools.detection.scene_errors import FolderError
from frazo_tools.detection.scene_records import SceneRecordError
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.records.input_files import whole_number
from frazo_tools.records.table import counted
from frazo_tools.worker_count import add_worker_count


def run(options: argparse.Namespace) -> None:
    """Runs a subcommand.

    Raises:
      FolderError, SceneRecordError, DetectionLineError, FrazoError, OSError.
    """
    if options.command == "export":
        export = Export(
            options.folder, options.out, options.shards, options.objects_of, options.images
        )
        print_kitti_reports(export_splits(export, options.splits, options.processes))
    elif options.command == "restore":
        print(counted(restore(options.patterns, options.out), "scan"))
    else:
        results = write_results(options.file, options.records, options.out)
        print(
            f"{counted(results.detections, 'detection')} in {counted(results.scans, 'scan')}, of "
            f"which {results.empty:,} have none"
        )
        if results.outside:
            print(f"{counted(results.outside, 'detection')} left out: the camera does not see them")
    print(f"written to {options.out}")


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("kitti", __doc__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    export = commands.add_parser("export", help="makes records of a folder")
    export.add_argument("folder", type=Path, metavar="FOLDER", help="has ImageSets and training")
    export.add_argument(
        "--splits",
        nargs="+",
        default=["train", "val"],
        metavar="SPLIT",
        help="names of files in ImageSets, without .txt; default: train val",
    )
    export.add_argument(
        "--objects_of",
        default="train",
        metavar="SPLIT",
        help="the split whose objects become records, too; default: train",
    )
    export.add_argument(
        "--shards", type=whole_number(1), default=16, help="files of each split; default: 16"
    )
    export.add_argument(
        "--images", action="store_true", help="the records have the images of image_2, too"
    )
    add_worker_count(export, "processes", "read")
    back = commands.add_parser("restore", help="makes a folder of records")
    back.add_argument("patterns", nargs="+", metavar="PATTERN", help="files of records")
    results = commands.add_parser("detections", help="makes KITTI's text of detections")
    results.add_argument("file", type=Path, metavar="FILE", help="JSON lines of a decoder")
    results.add_argument(
        "--records",
        nargs="+",
        required=True,
        metavar="PATTERN",
        help="the records that the detections are of",
    )
    for command in (export, back, results):
        command.add_argument(
            "--out", required=True, type=Path, metavar="FOLDER", help="where to write"
        )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    errors = FolderError, SceneRecordError, DetectionLineError, _core.FrazoError, OSError
    return run_with_options("kitti", arguments, _parse_arguments, run, errors)


if __name__ == "__main__":
    run_interruptible(main)
