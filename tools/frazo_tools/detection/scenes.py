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
records that the file has and that somebody labelled. Points with a number that is not finite are
left out.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import chain
from pathlib import Path

import numpy as np
from frazo import _core
from frazo.detection_scores import KITTI_CLASSES, KittiAveragePrecision
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
from frazo_tools.interruptible import run_interruptible, run_with_options
from frazo_tools.records.input_files import whole_number
from frazo_tools.records.table import counted


class NothingShownError(Exception):
    """There is no scan to show. str() says what to change."""


def run(options: argparse.Namespace) -> None:
    """Writes the page.

    Raises:
      NothingShownError, NoFileError, SceneRecordError, DetectionLineError, FrazoError, OSError.
    """
    found = _Found(read_detections(options.detections)) if options.detections else None
    figures: list[str] = []
    for scene in chain(_of_records(options.records, found), _of_scans(options.scans, found)):
        if len(figures) < options.most:
            figures.append(scene_figure(scene))
        elif found is None:
            break  # With detections, the curves are those of all records.
    if not figures:
        raise NothingShownError(
            "there is no scan to show; give --records or --scans, and with --detections those that they "
            "are of"
        )
    write_text(options.out, scene_page("Scans", figures, found.curves() if found else ""))
    print(f"{counted(len(figures), 'scan')} written to {options.out}")


class _Found:
    """What was found in the scans, and the scores of it.

    Attributes:
      labels: The classes that the detector seeks: those that it found, or else KITTI's.
    """

    def __init__(self, detections: Mapping[str, Sequence[Detection]]):
        self._detections = detections
        labels = {each.label for found in detections.values() for each in found}
        self.labels = labels or set(KITTI_CLASSES)
        self._precision = KittiAveragePrecision()
        self._scored, self._unlabelled = 0, 0

    def objects(self, scan: str) -> list[SceneObject] | None:
        """Returns what was found in a scan; None if there is no line of it."""
        if scan not in self._detections:
            return None
        return [SceneObject(each.box, each.label, each.score) for each in self._detections[scan]]

    def score(self, scene: StoredScene) -> None:
        """Adds a scan that has a line to the scores, if somebody labelled it."""
        if scene.lines is None:
            self._unlabelled += 1
            return
        add_scene(self._precision, scene, self._detections[scene.id])
        self._scored += 1

    def curves(self) -> str:
        """Returns HTML of the curves of what was scored."""
        if not self._scored:
            return ""
        curves = kitti_curves(self._precision.result(), sorted(self.labels))
        scans = counted(self._scored, "scan")
        scope = f"The curves are those of {scans}, all that have detections."
        if self._unlabelled:
            scope += f" Left out: {counted(self._unlabelled, 'scan')} without labels."
        return curve_section(curves, scope)


def _of_records(patterns: Sequence[str], found: _Found | None) -> Iterator[Scene]:
    """Yields the scans of records; if there are detections, only those that have a line of them."""
    for scene in read_scenes(patterns) if patterns else ():
        detections = found.objects(scene.id) if found else None
        if found and detections is None:
            continue
        if found:
            found.score(scene)
        yield _scene(scene, found.labels if found else set(CLASSES), detections)


def _scene(scene: StoredScene, sought: Set[str], detections: Sequence[SceneObject] | None) -> Scene:
    """Returns a scan of records. Objects count whose class is sought and that have a difficulty."""
    points = scene.points
    if scene.lines is None:
        return Scene(scene.id, points[:, :3], points[:, 3], detections=detections)
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
    return Scene(scene.id, points[:, :3], points[:, 3], truths, detections)


def _of_scans(patterns: Sequence[str], found: _Found | None) -> Iterator[Scene]:
    """Yields the scans of files; if there are detections, only those that have a line of them."""
    for scan in read_scans(find_files(patterns, SCAN_FILES)) if patterns else ():
        if isinstance(scan, ScanProblem):
            raise NothingShownError(scan.text)
        detections = found.objects(scan.name) if found else None
        if found is None or detections is not None:
            points = scan.points
            yield Scene(scan.name, points[:, :3], points[:, 3], detections=detections)


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
    errors = (
        NothingShownError,
        NoFileError,
        SceneRecordError,
        DetectionLineError,
        _core.FrazoError,
        OSError,
    )
    return run_with_options("scenes", arguments, _parse_arguments, run, errors)


if __name__ == "__main__":
    run_interruptible(main)
