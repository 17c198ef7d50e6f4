"""Reads tf.Examples that Lingvo's converter has made of frames of the Waymo Open Dataset.

    run_segment, time_of_day, location, weather  bytes
    run_start_offset         int64      microseconds
    pose                     float[16]
    laser_TOP_ri1 and so on  float      6 for each point of a lidar and a return: x, y, z,
                                        intensity, elongation, no-label zone
    labels                   int64      the class of each object
    label_ids                bytes
    bboxes_3d                float      7 for each object
    label_metadata           float      4 for each object: velocity and acceleration along x and y
    detection_difficulties, tracking_difficulties  int64

The images in them are not read, nor is bboxes_3d_num_points: it counts triples of a point's
features as further points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

import numpy as np
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.waymo.frame_scene import LASERS
from frazo_tools.detection.waymo.waymo_scene import (
    POINT_NUMBERS,
    WaymoObjects,
    WaymoScene,
    usable_objects,
)
from frazo_tools.records.tf_example_features import ExampleError, Feature, decode_example

_RUN_SEGMENT = "run_segment"
_RETURNS = ("ri1", "ri2")

Features = Mapping[str, Feature]


def lingvo_features(record: bytes) -> Features | None:
    """Returns the features of a record that Lingvo's converter has made; None for another one."""
    # Frames are large: most are told apart without a parse.
    if _RUN_SEGMENT.encode() not in record:
        return None
    try:
        features = decode_example(record)
    except ExampleError:
        return None
    return features if _RUN_SEGMENT in features else None


def read_example(features: Features) -> WaymoScene:
    """Returns the scan of a record.

    Raises:
      SceneError: A feature is missing, or has another type or number of values.
    """
    name = _text(features, _RUN_SEGMENT)
    start = int(_numbers(features, "run_start_offset", "int64", [1])[0])
    points, left_out = _points(features)
    objects, objects_left_out = usable_objects(_objects(features), points)
    return WaymoScene(
        run_segment=name,
        start=start,
        time_of_day=_text(features, "time_of_day"),
        location=_text(features, "location"),
        weather=_text(features, "weather"),
        pose=_numbers(features, "pose", "float", [4, 4]),
        points=points,
        points_left_out=left_out,
        objects=objects,
        objects_left_out=objects_left_out,
    )


def _points(features: Features) -> tuple[np.ndarray, int]:
    """Returns the points of all lidars, and how many others are not finite."""
    points = np.concatenate(
        [
            _numbers(features, f"laser_{name}_{image}", "float", [-1, POINT_NUMBERS])
            for name in LASERS.values()
            for image in _RETURNS
        ]
    )
    finite = np.isfinite(points).all(1)
    return points[finite], int(np.count_nonzero(~finite))


def _objects(features: Features) -> WaymoObjects:
    labels = _numbers(features, "labels", "int64", [-1])
    count = len(labels)
    ids = _values(features, "label_ids", "bytes")
    if len(ids) != count:
        _refuse("label_ids", f"has {len(ids)} values, but labels has {count}")
    return WaymoObjects(
        labels=labels,
        ids=list(ids),
        boxes=_numbers(features, "bboxes_3d", "float", [count, 7]).astype(np.float64),
        velocities=_numbers(features, "label_metadata", "float", [count, 4])[:, :2],
        num_points=np.full(count, -1, np.int64),
        rated_difficulties=_numbers(features, "detection_difficulties", "int64", [count]),
        tracking_difficulties=_numbers(features, "tracking_difficulties", "int64", [count]),
    )


def _text(features: Features, name: str) -> str:
    values = _values(features, name, "bytes")
    if len(values) != 1:
        _refuse(name, f"has {len(values)} values; expected 1")
    return values[0].decode(errors="replace")


def _numbers(features: Features, name: str, kind: str, shape: list[int]) -> np.ndarray:
    values = _values(features, name, kind)
    array = np.array(values, np.float32 if kind == "float" else np.int64)
    try:
        return array.reshape(shape)
    except ValueError:
        wanted = " x ".join("any" if size < 0 else str(size) for size in shape)
        _refuse(name, f"has {array.size} values; expected {wanted}")


def _values(features: Features, name: str, kind: str):
    feature = features.get(name)
    if feature is None:
        _refuse(name, "is missing")
    # A list without values may have no type.
    if feature.kind != kind and len(feature.values):
        _refuse(name, f"has values of type {feature.kind}; expected {kind}")
    return feature.values


def _refuse(name: str, fault: str) -> NoReturn:
    raise SceneError("malformed example", f"the feature {name} {fault}")
