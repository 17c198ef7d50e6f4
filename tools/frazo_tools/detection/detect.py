"""Finds objects in scans, with an exported model.

    ./bazelw run -c opt //tools:detect -- --model=/tmp/scenes/log/inference_graph scan.bin
    ./bazelw run -c opt //tools:detect -- --model=MODEL /data/kitti/testing/velodyne >found.jsonl
    ./bazelw run -c opt //tools:detect -- --model=MODEL --least_score=0.5 /tmp/scenes/val.tfrecord-*

--model is the folder that the trainer writes with --mode=write_inference_graph. PATHs are

    .bin    scans as KITTI has them: x, y, z and reflectance of each point as 32-bit floats
    .npy    arrays of NumPy, [points, 3 + features]
    .pcd    of the Point Cloud Library: ascii, binary and binary_compressed
    .ply    ascii and binary; the points are the element vertex

folders of these, globs, and the records that //tools:kitti and //tools:lidar_scenes write. Points
are in metres: x forward, y left, z up. The reflectance of .pcd and .ply is the field intensity, or
reflectance, reflectivity, remission, i, or scalar_intensity: a number with a fraction is taken as
it is, an integer divided by the largest of its type, so that models see 0 to 1. Where there is
none, it is 0. Points with a number that is not finite are left out, and counted. Each scan gives a
line

    {"id": "000007", "detections": [{"class": "Car", "score": 0.93,
     "box": [12.1, 3.4, -0.9, 4.1, 1.7, 1.5, 0.02]}]}

with the best detection first; a box is x, y, z of its middle, length, width, height, and the
heading in radians, counter-clockwise from x. `//tools:kitti detections` makes KITTI's text of such
lines, and `//tools:scenes` a page. A scan has a camera if it is a record, or if KITTI's
calibration lies beside it (velodyne/ID.bin, calib/ID.txt); a model that looks only where a camera
does needs it. A scan that cannot be read is named, and the rest goes on; then the program ends
with code 1.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from frazo import _core
from frazo.program.errors import EXIT_FAILED
from frazo.program.tensorflow_start import start_tensorflow
from frazo_tools.detection.stored_scans import SCAN_FILES, ScanProblem, StoredScan, read_scans
from frazo_tools.documented_parser import documented_parser
from frazo_tools.found_files import NoFileError, find_files
from frazo_tools.interruptible import exit_code, run_interruptible
from frazo_tools.records.input_files import whole_number
from frazo_tools.records.table import counted


class Found(Protocol):
    """An object that a detector has found; frazo.export.detections.Detection."""

    @property
    def label(self) -> str: ...

    @property
    def score(self) -> float: ...

    @property
    def box(self) -> tuple[float, ...]: ...


class Detector(Protocol):
    """What finds objects; frazo.Predictor."""

    def detect(
        self, scans: Sequence[np.ndarray], cameras: Sequence | None = None
    ) -> Sequence[Sequence[Found]]: ...


class ScanDetector:
    """Finds objects in scans, some of them at a time.

    Attributes:
      scans: How many were searched.
      objects: How many objects were found.
      left_out: How many points were left out because a number of theirs is not finite.
      failures: Scans that could not be read.
    """

    def __init__(self, detector: Detector, *, batch_size: int, least_score: float):
        """Counts from 0.

        Args:
          detector: The model.
          batch_size: Scans that it gets together.
          least_score: Detections with a lower score are left out.
        """
        self._detector = detector
        self._batch_size = batch_size
        self._least_score = least_score
        self.scans = 0
        self.objects = 0
        self.left_out = 0
        self.failures = 0

    def run(self, scans: Iterator[StoredScan | ScanProblem]) -> Iterator[str]:
        """Yields a line for each scan that can be read, in order."""
        waiting: list[StoredScan] = []
        for scan in scans:
            if isinstance(scan, ScanProblem):
                self.failures += 1
                print(f"detect: {scan.text}", file=sys.stderr)
                continue
            # A batch has cameras or has none.
            if waiting and (scan.calibration is None) != (waiting[0].calibration is None):
                yield from self._detect(waiting)
                waiting = []
            waiting.append(scan)
            if len(waiting) == self._batch_size:
                yield from self._detect(waiting)
                waiting = []
        yield from self._detect(waiting)

    def _detect(self, scans: Sequence[StoredScan]) -> Iterator[str]:
        if not scans:
            return
        found = self._detector.detect([scan.points for scan in scans], _cameras(scans))
        for scan, detections in zip(scans, found, strict=True):
            kept = [each for each in detections if each.score >= self._least_score]
            self.scans += 1
            self.objects += len(kept)
            self.left_out += scan.left_out
            yield json.dumps({"id": scan.name, "detections": [_record(each) for each in kept]})


def _cameras(scans: Sequence[StoredScan]) -> list | None:
    """Returns the cameras of a batch, or None if it has none."""
    from frazo.export.detections import Camera

    if scans[0].calibration is None:
        return None
    return [
        Camera(scan.calibration.velo_to_image, *scan.image_size)
        for scan in scans
        if scan.calibration is not None
    ]


def _record(found: Found) -> dict:
    return {
        "class": found.label,
        "score": round(found.score, 4),
        "box": [round(number, 4) for number in found.box],
    }


def run(options: argparse.Namespace) -> int:
    """Returns the number of scans that cannot be read.

    Raises:
      NoFileError, ValueError, OSError.
    """
    paths = find_files(options.paths, SCAN_FILES)
    start_tensorflow()
    from frazo.export.predictor import Predictor

    detector = ScanDetector(
        Predictor(options.model), batch_size=options.batch_size, least_score=options.least_score
    )
    began = time.monotonic()
    try:
        for line in detector.run(read_scans(paths)):
            print(line, flush=True)
    finally:
        _report(detector, time.monotonic() - began)
    return detector.failures


def _report(detector: ScanDetector, took: float) -> None:
    if detector.scans:
        print(
            f"detect: {counted(detector.objects, 'object')} in {counted(detector.scans, 'scan')}, in "
            f"{took:.1f} s: {detector.scans / max(took, 1e-9):.1f} scans/s",
            file=sys.stderr,
        )
    if detector.left_out:
        print(
            f"detect: {counted(detector.left_out, 'point')} left out: not all of their numbers are finite",
            file=sys.stderr,
        )
    if detector.failures:
        print(f"detect: {counted(detector.failures, 'scan')} could not be read", file=sys.stderr)


def _share(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{text}; expected a number from 0 to 1")
    return number


def _parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = documented_parser("detect", __doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="scans")
    parser.add_argument(
        "--model", required=True, type=Path, metavar="FOLDER", help="the exported model"
    )
    parser.add_argument(
        "--least_score",
        type=_share,
        default=0.0,
        metavar="SHARE",
        help="leave out detections with a lower score; default: 0, what the model finds",
    )
    parser.add_argument(
        "--batch_size",
        type=whole_number(1),
        default=2,
        help="scans that are searched together; default: 2",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    # Bazel starts programs in another folder: paths are relative to the user's folder.
    os.chdir(os.environ.get("BUILD_WORKING_DIRECTORY", "."))
    options = _parse_arguments(arguments)
    failures = 0

    def detect() -> None:
        nonlocal failures
        failures = run(options)

    code = exit_code("detect", detect, (NoFileError, ValueError, _core.FrazoError, OSError))
    return code or (EXIT_FAILED if failures else 0)


if __name__ == "__main__":
    run_interruptible(main)
