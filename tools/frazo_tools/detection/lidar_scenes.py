"""Simulates scans of a lidar with labels, and makes records for 3D detection of them.

    ./bazelw run -c opt //tools:lidar_scenes -- --out=/tmp/scenes --scenes=1000

No data is needed. A spinning sensor of 64 beams, as KITTI's, drives through streets with cars,
vans, pedestrians, cyclists, walls, poles, trees and bushes on sloping ground. What stands behind
something is hidden; distances have noise, rays get lost, and the intensity tells material and
angle. Only the quarter of the turn around the front is simulated, which holds all that the camera
sees. OUT has

    training/{{velodyne,label_2,calib}}/000000.*, ImageSets/{{train,val}}.txt   KITTI's own layout
    train.tfrecord-*, val.tfrecord-*    tf.Examples, as //tools:kitti export writes them
    objects.tfrecord-*                  the objects of train with their points, for pasting
    train.json, val.json                how many scans, points and objects

The scenes of val come first: 000000 is one of them. A scene depends on --seed and its number alone,
so that more scenes can be added later. There are no images: a camera of {width} x {height} pixels
gives the boxes in the image, the truncation and the occlusion, and so KITTI's difficulty.

What is complete is not made again, so that the program can be stopped and started again.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from frazo import _core
from frazo_tools.detection.kitti_export import Export, export_splits
from frazo_tools.detection.kitti_folder import USUAL_IMAGE_SIZE
from frazo_tools.detection.kitti_report import print_kitti_reports
from frazo_tools.detection.scene_errors import FolderError
from frazo_tools.detection.simulation.scene_folder import write_scenes
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.records.input_files import whole_number
from frazo_tools.worker_count import add_worker_count

_TRAINING, _HELD_OUT = "train", "val"


def run(options: argparse.Namespace) -> None:
    """Writes the scans and their records.

    Raises:
      FolderError, FrazoError, OSError.
    """
    splits = {
        _HELD_OUT: range(options.heldout),
        _TRAINING: range(options.heldout, options.heldout + options.scenes),
    }
    splits = {split: numbers for split, numbers in splits.items() if numbers}
    write_scenes(options.out, options.seed, splits, options.processes)
    if options.records:
        export = Export(options.out, options.out, options.shards, _TRAINING, with_images=False)
        print_kitti_reports(export_splits(export, list(splits), options.processes))
    print(f"written to {options.out}")


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    width, height = USUAL_IMAGE_SIZE
    parser = documented_parser("lidar_scenes", (__doc__ or "").format(width=width, height=height))
    parser.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write")
    parser.add_argument(
        "--scenes", type=whole_number(1), default=1000, help="scans of train; default: 1000"
    )
    parser.add_argument(
        "--heldout", type=whole_number(0), default=200, help="scans of val; default: 200"
    )
    parser.add_argument(
        "--seed", type=whole_number(0), default=1, help="chooses the scenes; default: 1"
    )
    parser.add_argument(
        "--records",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="whether to make records of the scans; default: yes",
    )
    parser.add_argument(
        "--shards", type=whole_number(1), default=8, help="files of each split; default: 8"
    )
    add_worker_count(parser, "processes", "simulate")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    return run_with_options(
        "lidar_scenes", arguments, _parse_arguments, run, (FolderError, _core.FrazoError, OSError)
    )


if __name__ == "__main__":
    run_interruptible(main)
