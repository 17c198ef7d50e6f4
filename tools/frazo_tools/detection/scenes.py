"""Makes an HTML page that shows scans with boxes in 3D, to turn and to come closer.

    ./bazelw run -c opt //tools:scenes -- --records='/tmp/scenes/val.tfrecord-*' --out=/tmp/scenes.html
    ./bazelw run -c opt //tools:scenes -- --records='/tmp/scenes/val.tfrecord-*' \\
        --detections=found.jsonl --out=/tmp/scenes.html
    ./bazelw run -c opt //tools:scenes -- --scans 000000.bin street.pcd --out=/tmp/scenes.html

A browser needs the page alone: no network and no other file. Records are those of //tools:kitti
export and of //tools:lidar_scenes; their objects are shown. --scans are files of points and folders
of them, as //tools:detect takes them. --detections are JSON lines, as decoders and //tools:detect
write them: with records, each is shown with its intersection over union with the object that it
finds, and below are curves of precision and recall and of calibration, as KITTI counts, over all
records that the file has. Points with a number that is not finite are left out.
"""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain, islice
from pathlib import Path

import numpy as np
from frazo import _core
from frazo.detection_scores import KittiAveragePrecision
from frazo.program.durable_file import write_text
from frazo.tasks.car.curve_section import curve_section
from frazo.tasks.car.detection_curves import kitti_curves
from frazo.tasks.car.kitti.labels import CLASSES, NO_DIFFICULTY, difficulty
from frazo.tasks.car.scene import Scene, SceneObject
from frazo.tasks.car.scene_page import scene_figure, scene_page
from frazo_tools.detection.detection_lines import Detection, DetectionLineError, read_detections
from frazo_tools.detection.detection_scene import add_scene
from frazo_tools.detection.scene_records import (
    SceneRecordError,
    StoredScene,
    boxes_of,
    read_scenes,
)
from frazo_tools.detection.stored_scans import SCAN_FILES, ScanProblem, read_scans
from frazo_tools.documented_parser import documented_parser
from frazo_tools.found_files import NoFileError, find_files
from frazo_tools.interruptible import exit_code, run_interruptible
from frazo_tools.records.input_files import whole_number
from frazo_tools.records.table import counted


class NothingShownError(Exception):
    """There is no scan to show. str() says what to change."""


def run(options: argparse.Namespace) -> None:
    """Writes the page.

    Raises:
      NothingShownError, NoFileError, SceneRecordError, DetectionLineError, FrazoError, OSError.
    """
    if options.detections:
        figures, below = _of_detections(options)
    else:
        scenes = chain(_of_records(options.records), _of_scans(options.scans, {}))
        figures, below = [scene_figure(scene) for scene in islice(scenes, options.most)], ""
    if not figures:
        raise NothingShownError(
            "there is no scan to show; give --records or --scans, and with --detections those that they "
            "are of"
        )
    write_text(options.out, scene_page("Scans", figures, below))
    print(f"{counted(len(figures), 'scan')} written to {options.out}")


def _of_detections(options: argparse.Namespace) -> tuple[list[str], str]:
    """Returns the first scans that have detections, and the curves of all of them."""
    detections = read_detections(options.detections)
    sought = {each.label for found in detections.values() for each in found}
    precision = KittiAveragePrecision()
    figures, count = [], 0
    for scene in read_scenes(options.records) if options.records else ():
        found = detections.get(scene.id)
        if found is None:
            continue
        add_scene(precision, scene, found)
        count += 1
        if len(figures) < options.most:
            figures.append(scene_figure(_scene(scene, sought, _shown(found))))
    scans = (scan for scan in _of_scans(options.scans, detections) if scan.detections is not None)
    figures += [scene_figure(scan) for scan in islice(scans, options.most - len(figures))]
    if count == 0:
        return figures, ""
    curves = kitti_curves(precision.result(), sorted(sought))
    scope = f"The curves are those of {counted(count, 'scan')}, all that have detections."
    return figures, curve_section(curves, scope)


def _of_records(patterns: Sequence[str]) -> Iterator[Scene]:
    if not patterns:
        return
    for scene in read_scenes(patterns):
        yield _scene(scene, set(CLASSES), None)


def _scene(scene: StoredScene, sought: Set[str], detections: Sequence[SceneObject] | None) -> Scene:
    """Returns a scan of records. Objects count whose class is sought and that have a difficulty."""
    known = [each for each in scene.objects if each.has_3d_info]
    boxes = boxes_of(known, scene.calibration)
    difficulties = difficulty(
        np.array([each.image_box[3] - each.image_box[1] for each in known]),
        np.array([each.occlusion for each in known]),
        np.array([each.truncation for each in known]),
    )
    truths = [
        SceneObject(box.tolist(), each.label, counts=each.label in sought and level > NO_DIFFICULTY)
        for box, each, level in zip(boxes, known, difficulties, strict=True)
    ]
    points = scene.points
    return Scene(scene.id, points[:, :3], points[:, 3], truths, detections)


def _of_scans(
    patterns: Sequence[str], detections: Mapping[str, Sequence[Detection]]
) -> Iterator[Scene]:
    """Yields the scans of files, with their detections, if there are any."""
    if not patterns:
        return
    for scan in read_scans(find_files(patterns, SCAN_FILES)):
        if isinstance(scan, ScanProblem):
            raise NothingShownError(scan.text)
        found = detections.get(scan.name)
        shown = None if found is None else _shown(found)
        yield Scene(scan.name, scan.points[:, :3], scan.points[:, 3], detections=shown)


def _shown(detections: Sequence[Detection]) -> list[SceneObject]:
    return [SceneObject(each.box, each.label, each.score) for each in detections]


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("scenes", __doc__)
    parser.add_argument(
        "--records", nargs="+", default=[], metavar="PATTERN", help="files of records"
    )
    parser.add_argument(
        "--scans", nargs="+", default=[], metavar="PATH", help="files of points, and folders"
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
    errors = (
        NothingShownError,
        NoFileError,
        SceneRecordError,
        DetectionLineError,
        _core.FrazoError,
        OSError,
    )
    return exit_code("scenes", lambda: run(options), errors)


if __name__ == "__main__":
    run_interruptible(main)
