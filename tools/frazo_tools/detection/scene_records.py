"""Scans of KITTI as tf.Examples, with the names of Lingvo's records.

    image/source_id                    bytes      the id of the scan
    image/width, image/height          int64
    image/encoded, image/format        bytes      only with images
    pointcloud/xyz                     float      3 for each point, in metres
    pointcloud/reflectance             float
    object/labelled                    int64      0 if nobody labelled the scan, otherwise 1
    object/label                       bytes      of each object, as all that follow
    object/image/bbox/{xmin,xmax,ymin,ymax}  float  pixels
    object/has_3d_info                 int64      0 where there is no box in the world
    object/occlusion                   int64
    object/truncation                  float
    object/velo/bbox/xyz, /dim_xyz     float      3 for each object: centre; length, width, height
    object/velo/bbox/phi               float      heading
    object/kitti_line                  bytes      the line of the label file
    transform/velo_to_image_plane      float[12]  3 x 4, row by row
    transform/velo_to_camera, camera_to_velo  float[16]
    calibration/kitti_text             bytes      the calibration file

Lingvo's exporter does not write the last one, object/labelled and object/kitti_line, from which the
files come back exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from frazo import _core
from frazo.tasks.car.kitti.calibration import Calibration, CalibrationError, parse_calibration
from frazo.tasks.car.kitti.frames import UNKNOWN_BOX, boxes_to_lidar
from frazo.tasks.car.kitti.labels import KittiObject, LabelError, parse_label_line
from frazo_tools.detection.kitti_folder import USUAL_IMAGE_SIZE, KittiScene, is_scene_id
from frazo_tools.records.input_files import RecordFiles, guess_compression
from frazo_tools.records.tf_example import Value, encode_example
from frazo_tools.records.tf_example_features import ExampleError, decode_example

_SOURCE_ID = "image/source_id"
_CALIBRATION = "calibration/kitti_text"
_LINES = "object/kitti_line"
_LABELLED = "object/labelled"
# Pixels of a side of an image; products of larger ones with coordinates may be no float32.
_MOST_PIXELS = 1_000_000


class SceneRecordError(Exception):
    """A record is none of a scan in KITTI's layout. str() names the feature."""


class StoredScene(NamedTuple):
    """What a record has of KITTI's files.

    Attributes:
      id: Such as 000000.
      points: float32 [points, 4].
      calibration_text: The calibration file.
      calibration: What is in it.
      lines: The lines of the label file; None if nobody labelled the scan.
      objects: What is in them.
      image: The image file; None if the record has none.
      image_size: Width and height in pixels.
    """

    id: str
    points: np.ndarray
    calibration_text: str
    calibration: Calibration
    lines: list[str] | None
    objects: list[KittiObject]
    image: bytes | None
    image_size: tuple[int, int]


def boxes_of(objects: list[KittiObject], calibration: Calibration) -> np.ndarray:
    """Returns the boxes in the frame of the lidar, float32 [objects, 7]; UNKNOWN_BOX where there is
    none.
    """
    boxes = np.array([UNKNOWN_BOX] * len(objects), np.float32).reshape(-1, 7)
    known = [index for index, each in enumerate(objects) if each.has_3d_info]
    if known:
        boxes[known] = boxes_to_lidar(
            np.array([objects[index].location for index in known]),
            np.array([objects[index].dimensions for index in known]),
            np.array([objects[index].rotation_y for index in known]),
            calibration.camera_to_velo,
        )
    return boxes


def encode_scene(scene: KittiScene, boxes: np.ndarray) -> bytes:
    """Returns the record of a scan.

    Args:
      scene: The scan.
      boxes: boxes_of its objects, float32 [objects, 7].
    """
    objects, calibration = scene.objects, scene.calibration
    edges = np.array([each.image_box for each in objects]).reshape(-1, 4)
    width, height = scene.image_size or USUAL_IMAGE_SIZE
    features: dict[str, Value] = {
        _SOURCE_ID: scene.id.encode(),
        "image/width": width,
        "image/height": height,
        "pointcloud/xyz": scene.points[:, :3],
        "pointcloud/reflectance": scene.points[:, 3],
        _LABELLED: int(scene.lines is not None),
        "object/label": [each.label.encode() for each in objects],
        "object/image/bbox/xmin": edges[:, 0],
        "object/image/bbox/ymin": edges[:, 1],
        "object/image/bbox/xmax": edges[:, 2],
        "object/image/bbox/ymax": edges[:, 3],
        "object/has_3d_info": np.array([each.has_3d_info for each in objects], np.int64),
        "object/occlusion": np.array([each.occlusion for each in objects], np.int64),
        "object/truncation": np.array([each.truncation for each in objects], np.float32),
        "object/velo/bbox/xyz": boxes[:, :3],
        "object/velo/bbox/dim_xyz": boxes[:, 3:6],
        "object/velo/bbox/phi": boxes[:, 6],
        _LINES: [line.encode() for line in scene.lines or []],
        "transform/velo_to_image_plane": calibration.velo_to_image,
        "transform/velo_to_camera": calibration.velo_to_camera,
        "transform/camera_to_velo": calibration.camera_to_velo,
        _CALIBRATION: scene.calibration_text.encode(),
    }
    if scene.image is not None:
        features |= {"image/encoded": scene.image, "image/format": b"PNG"}
    return encode_example(features)


def decode_scene(record: bytes) -> StoredScene:
    """Returns what a record has of KITTI's files.

    Raises:
      SceneRecordError: A feature is missing, or has a value that it cannot have.
    """
    try:
        features = {name: feature.values for name, feature in decode_example(record).items()}
    except ExampleError as error:
        raise SceneRecordError(f"the record is no tf.Example: {error}") from None
    for name in (_SOURCE_ID, _CALIBRATION, _LINES, "pointcloud/xyz", "pointcloud/reflectance"):
        if name not in features:
            raise SceneRecordError(
                f"the record has no feature {name}; make it with //tools:kitti export"
            )
    try:
        name = features[_SOURCE_ID][0].decode()
        text = features[_CALIBRATION][0].decode()
        lines = _lines(features)
        xyz = np.array(features["pointcloud/xyz"], np.float32).reshape(-1, 3)
        reflectance = np.array(features["pointcloud/reflectance"], np.float32).reshape(-1, 1)
        points = np.concatenate([xyz, reflectance], 1)
        width, height = (int(features[f"image/{name}"][0]) for name in ("width", "height"))
        image = features["image/encoded"][0] if "image/encoded" in features else None
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise SceneRecordError(f"the record is no scan in KITTI's layout: {error}") from None
    if not 0 < min(width, height) <= max(width, height) <= _MOST_PIXELS:
        raise SceneRecordError(
            f"image/width {width:,} and image/height {height:,} are not from 1 to {_MOST_PIXELS:,}"
        )
    if not is_scene_id(name):
        raise SceneRecordError(f"{_SOURCE_ID}: '{name[:60]}' is no id of a scan, such as 000000")
    try:
        calibration = parse_calibration(text)
        objects = [parse_label_line(line) for line in lines or []]
    except (CalibrationError, LabelError) as error:
        raise SceneRecordError(f"{name}: {error}") from None
    return StoredScene(name, points, text, calibration, lines, objects, image, (width, height))


def _lines(features: Mapping[str, Any]) -> list[str] | None:
    """Returns the lines of the label file; None if nobody labelled the scan."""
    # Records of before say nothing of it: all of them are labelled.
    if _LABELLED in features and not features[_LABELLED][0]:
        return None
    return [line.decode() for line in features[_LINES]]


def read_scenes(patterns: Sequence[str]) -> Iterator[StoredScene]:
    """Yields the scans of files of records, sorted by file.

    Args:
      patterns: As //tools:records takes them.

    Raises:
      SceneRecordError: A record is no scan; names the file and the record. FrazoError: A pattern
        matches nothing, or a file is damaged.
    """
    for path in RecordFiles(patterns).paths:
        for scene in scenes_of_file(path):
            if isinstance(scene, SceneRecordError):
                raise scene
            yield scene


def scenes_of_file(path: str) -> Iterator[StoredScene | SceneRecordError]:
    """Yields the scan of each record of a file, compressed or not; for a record that is no scan,
    the error, which names the file and the record.

    Raises:
      FrazoError: The file cannot be opened, or is damaged.
    """
    reader = _core.RecordReader(path, compression=guess_compression(path))
    for number, record in enumerate(reader):
        try:
            yield decode_scene(record)
        except SceneRecordError as error:
            yield SceneRecordError(f"{path}, record {number}: {error}")
