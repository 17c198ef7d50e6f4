"""Targets for fuzzers: what reads scans, labels, calibrations and Waymo's records."""

import os
import tempfile
import zlib
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
from frazo.tasks.car.kitti.calibration import (
    Calibration,
    CalibrationError,
    format_calibration,
    parse_calibration,
)
from frazo.tasks.car.kitti.labels import (
    LARGEST,
    KittiObject,
    LabelError,
    format_label_line,
    parse_label_line,
)
from frazo_tools.detection.pcd_file import read_pcd
from frazo_tools.detection.ply_file import read_ply
from frazo_tools.detection.point_file_sample import check_reader, pcd, ply
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.stored_scans import ScanProblem, read_scans
from frazo_tools.detection.waymo.example_scene import lingvo_features, read_example
from frazo_tools.detection.waymo.example_scene_sample import example
from frazo_tools.detection.waymo.frame_scene import read_frame
from frazo_tools.detection.waymo.range_image import IMAGE_CHANNELS, decode_matrix
from frazo_tools.detection.waymo.sample_frames import compressed, sample_frame
from frazo_tools.detection.waymo.waymo_scene import (
    WaymoScene,
    encode_waymo_objects,
    encode_waymo_scene,
)
from frazo_tools.records.tf_example import encode_example

from tests.fuzz.target import Target

# Memory in place of a file on the disk, under names that say what is in it.
_MEMORY = os.memfd_create("scan")
_FOLDER = tempfile.TemporaryDirectory(prefix="frazo_fuzz_")
_SCANS = [Path(_FOLDER.name) / f"scan{ending}" for ending in (".npy", ".bin")]
for _path in _SCANS:
    _path.symlink_to(f"/proc/self/fd/{_MEMORY}")


def _check_scan(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    (scan,) = read_scans([path])
    if isinstance(scan, ScanProblem):
        assert str(path) in scan.text
        return
    assert scan.points.dtype == np.float32
    assert scan.points.shape[1] >= 4
    assert np.isfinite(scan.points).all()


def _check_labels(content: bytes) -> None:
    for line in content.decode(errors="replace").splitlines():
        try:
            found = parse_label_line(line)
        except LabelError as error:
            assert str(error)
            continue
        numbers = [found.truncation, found.alpha, *found.image_box, *found.dimensions]
        numbers += [*found.location, found.rotation_y, found.score or 0]
        assert max(map(abs, numbers)) <= LARGEST
        assert format_label_line(found).startswith(found.label)


def _check_calibration(content: bytes) -> None:
    try:
        calibration = parse_calibration(content.decode(errors="replace"))
    except CalibrationError as error:
        assert str(error)
        return
    for matrix in (calibration.velo_to_image, calibration.camera_to_velo):
        assert np.isfinite(matrix).all()


def _check_waymo_scene(scene: WaymoScene) -> None:
    assert np.isfinite(scene.points).all()
    assert encode_waymo_scene(scene, is_labelled=scene.has_labels)
    assert len(list(encode_waymo_objects(scene))) <= len(scene.objects.ids)


def _check_frame(content: bytes) -> None:
    try:
        scene = read_frame(content)
    except SceneError as error:
        assert error.detail
        return
    _check_waymo_scene(scene)


def _check_image(content: bytes) -> None:
    # No fuzzer would guess a checksum: what is in the image is changed, too.
    for stored in (content, zlib.compress(content)):
        try:
            image = decode_matrix(stored, IMAGE_CHANNELS, "fuzz")
        except SceneError as error:
            assert error.detail.startswith("fuzz ")
            continue
        assert image.shape[2] == IMAGE_CHANNELS


def _check_example(content: bytes) -> None:
    features = lingvo_features(content)
    if features is None:
        return
    try:
        scene = read_example(features)
    except SceneError as error:
        assert error.detail
        return
    _check_waymo_scene(scene)


def _array(points: np.ndarray) -> bytes:
    file = BytesIO()
    np.save(file, points)
    return file.getvalue()


_COLUMNS = {name: np.arange(9, dtype=np.float32) for name in ("x", "y", "z", "intensity")}
_POINTS = np.stack(list(_COLUMNS.values()), 1)
_CALIBRATION = Calibration(700 * np.eye(3, 4), np.eye(3), np.eye(3, 4))
_CAR = KittiObject("Car", 0, 1, -1.5, (1, 2, 30, 40), (1.5, 1.7, 4), (1, 2, 20), -1.5, 0.9)
_IMAGE = compressed(np.ones([2, 3, IMAGE_CHANNELS]))

DETECTION_TARGETS = {
    "bin": Target(partial(_check_scan, _SCANS[1]), [_POINTS.astype("<f4").tobytes()]),
    "kitti_calibration": Target(_check_calibration, [format_calibration(_CALIBRATION).encode()]),
    "kitti_labels": Target(
        _check_labels,
        [
            format_label_line(_CAR).encode(),
            b"DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n"
            b"Van 0.25 2 1.5 1 2 3 4 2 2 5 1 2 30 -1.25",
        ],
    ),
    "npy": Target(
        partial(_check_scan, _SCANS[0]),
        [_array(_POINTS), _array(_POINTS[:, :3].astype(np.float64)), _array(np.arange(6))],
    ),
    "pcd": Target(
        partial(check_reader, read_pcd),
        [pcd(_COLUMNS, data) for data in ("ascii", "binary", "binary_compressed")],
    ),
    "ply": Target(
        partial(check_reader, read_ply),
        [ply(_COLUMNS, kind) for kind in ("ascii", "binary_little_endian", "binary_big_endian")],
    ),
    "waymo_example": Target(
        _check_example,
        [encode_example(example()), encode_example(example(labels=np.array([1, 9])))],
    ),
    "waymo_frame": Target(_check_frame, [sample_frame()[0].SerializeToString()]),
    "waymo_image": Target(_check_image, [_IMAGE, zlib.decompress(_IMAGE)]),
}
