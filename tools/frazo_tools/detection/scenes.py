"""Makes an HTML page that shows scans with boxes in 3D, to turn and to come closer.

    ./bazelw run -c opt //tools:scenes -- --records='/tmp/scenes/val.tfrecord-*' --out=/tmp/scenes.html
    ./bazelw run -c opt //tools:scenes -- --records='/tmp/scenes/val.tfrecord-*' \\
        --detections=found.jsonl --out=/tmp/scenes.html
    ./bazelw run -c opt //tools:scenes -- --scans 000000.bin 000001.bin --out=/tmp/scenes.html

A browser needs the page alone: no network and no other file. Records are those of //tools:kitti
export and of //tools:lidar_scenes; their objects are shown. --detections are JSON lines, as
decoders write them. --scans are KITTI's .bin files: x, y, z and reflectance of each point as
float32.
"""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path

import numpy as np
from frazo import _core
from frazo.program.durable_file import write_text
from frazo.tasks.car.scene_page import Scene, SceneObject, scene_figure, scene_page
from frazo_tools.detection.detection_lines import Detection, DetectionLineError, read_detections
from frazo_tools.detection.kitti_folder import read_scan
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.scene_records import SceneRecordError, boxes_of, read_scenes
from frazo_tools.documented_parser import documented_parser
from frazo_tools.interruptible import exit_code, run_interruptible
from frazo_tools.records.input_files import whole_number
from frazo_tools.records.table import counted


class NothingShownError(Exception):
    """There is no scan to show. str() says what to change."""


def run(options: argparse.Namespace) -> None:
    """Writes the page.

    Raises:
      NothingShownError, SceneRecordError, DetectionLineError, FrazoError, OSError.
    """
    detections = read_detections(options.detections) if options.detections else {}
    scenes = chain(_of_records(options.records, detections), _of_scans(options.scans))
    figures = [scene_figure(scene) for scene in islice(scenes, options.most)]
    if not figures:
        raise NothingShownError(
            "there is no scan to show; give --records or --scans, and with --detections the records "
            "that they are of"
        )
    write_text(options.out, scene_page("Scans", figures))
    print(f"{counted(len(figures), 'scan')} written to {options.out}")


def _of_records(
    patterns: Sequence[str], detections: Mapping[str, Sequence[Detection]]
) -> Iterator[Scene]:
    """Yields the scans of records; if there are detections, only those that have a line of them."""
    if not patterns:
        return
    for scene in read_scenes(patterns):
        if detections and scene.id not in detections:
            continue
        known = [each for each in scene.objects if each.has_3d_info]
        boxes = boxes_of(known, scene.calibration)
        objects = [
            SceneObject(box.tolist(), each.label) for box, each in zip(boxes, known, strict=True)
        ]
        objects += [
            SceneObject(each.box, each.label, each.score) for each in detections.get(scene.id, [])
        ]
        yield _scene(scene.id, scene.points, objects)


def _of_scans(paths: Sequence[Path]) -> Iterator[Scene]:
    for path in paths:
        try:
            points = read_scan(path)
        except SceneError as error:
            raise NothingShownError(f"{error.reason}: {error.detail}") from None
        yield _scene(path.stem, points, [])


def _scene(name: str, points: np.ndarray, objects: Sequence[SceneObject]) -> Scene:
    return Scene(name, points[:, :3], points[:, 3], objects)


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("scenes", __doc__)
    parser.add_argument(
        "--records", nargs="+", default=[], metavar="PATTERN", help="files of records"
    )
    parser.add_argument(
        "--scans", nargs="+", default=[], type=Path, metavar="FILE", help="KITTI's .bin files"
    )
    parser.add_argument(
        "--detections",
        type=Path,
        metavar="FILE",
        help="JSON lines of a decoder; only the scans that it has are shown",
    )
    parser.add_argument(
        "--most",
        type=whole_number(1),
        default=20,
        help="shows no more scans, some 0.3 MB each; default: 20",
    )
    parser.add_argument("--out", required=True, type=Path, metavar="FILE", help="the page")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    errors = NothingShownError, SceneRecordError, DetectionLineError, _core.FrazoError, OSError
    return exit_code("scenes", lambda: run(options), errors)


if __name__ == "__main__":
    run_interruptible(main)
