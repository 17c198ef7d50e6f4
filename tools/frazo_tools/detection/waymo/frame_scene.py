"""Reads frames of the Waymo Open Dataset."""

from __future__ import annotations

import numpy as np
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.waymo import frame_pb2
from frazo_tools.detection.waymo.range_image import (
    IMAGE_CHANNELS,
    POSE_CHANNELS,
    Lidar,
    RangePoints,
    beam_inclinations,
    decode_matrix,
    image_points,
    rigid_transform,
)
from frazo_tools.detection.waymo.waymo_scene import WaymoObjects, WaymoScene, usable_objects
from google.protobuf import message

# By their numbers in the frames, which is also the order of their points.
LASERS = {1: "TOP", 2: "FRONT", 3: "SIDE_LEFT", 4: "SIDE_RIGHT", 5: "REAR"}


def read_frame(record: bytes) -> WaymoScene:
    """Returns the scan of a Frame: the points of both returns of all five lidars, and the labels.

    Raises:
      SceneError: The record is no Frame, a lidar or its calibration is missing, or something in it
        is malformed. The detail names the scan and the lidar.
    """
    try:
        frame = frame_pb2.Frame.FromString(record)
    except message.DecodeError:
        raise SceneError("malformed frame", f"{len(record):,} bytes that are no Frame") from None
    if not frame.context.name:
        raise SceneError("malformed frame", "the record has no name of a drive in context.name")
    try:
        return _scene(frame)
    except SceneError as error:
        name = f"{frame.context.name}_{frame.timestamp_micros}"
        raise SceneError(error.reason, f"{name}: {error.detail}") from None


def _scene(frame: frame_pb2.Frame) -> WaymoScene:
    pose = rigid_transform(frame.pose, "pose")
    parts = [part for number in LASERS for part in _laser_points(frame, number, pose)]
    points = np.concatenate([part.points for part in parts])
    objects, left_out = usable_objects(_objects(frame), points)
    stats = frame.context.stats
    return WaymoScene(
        run_segment=frame.context.name,
        start=frame.timestamp_micros,
        time_of_day=stats.time_of_day,
        location=stats.location,
        weather=stats.weather,
        pose=pose,
        points=points,
        points_left_out=sum(part.left_out for part in parts),
        objects=objects,
        objects_left_out=left_out,
    )


def _laser_points(frame: frame_pb2.Frame, number: int, pose: np.ndarray) -> list[RangePoints]:
    """Returns the points of both returns of a lidar."""
    name = LASERS[number]
    lasers = [each for each in frame.lasers if each.name == number]
    calibrations = [each for each in frame.context.laser_calibrations if each.name == number]
    if len(lasers) != 1 or len(calibrations) != 1:
        raise SceneError(
            "missing lidar",
            f"{name} has {len(lasers)} scans and {len(calibrations)} calibrations; expected one "
            "of each",
        )
    first, second = lasers[0].ri_return1, lasers[0].ri_return2
    image = decode_matrix(first.range_image_compressed, IMAGE_CHANNELS, f"{name} return 1")
    rows, columns = image.shape[:2]
    lidar = Lidar(
        name,
        rigid_transform(calibrations[0].extrinsic, f"{name} extrinsic"),
        beam_inclinations(calibrations[0], rows, name),
    )
    poses = None
    if first.range_image_pose_compressed:
        poses = decode_matrix(first.range_image_pose_compressed, POSE_CHANNELS, f"{name} poses")
        _check_size(f"{name} poses", poses, rows, columns)
    images = [image]
    if second.range_image_compressed:
        images.append(
            decode_matrix(second.range_image_compressed, IMAGE_CHANNELS, f"{name} return 2")
        )
        _check_size(f"{name} return 2", images[1], rows, columns)
    return [image_points(each, lidar, poses, pose) for each in images]


def _check_size(what: str, matrix: np.ndarray, rows: int, columns: int) -> None:
    if matrix.shape[:2] != (rows, columns):
        raise SceneError(
            "malformed range image",
            f"{what} has {matrix.shape[0]} x {matrix.shape[1]} pixels, but return 1 has {rows} x "
            f"{columns}",
        )


def _objects(frame: frame_pb2.Frame) -> WaymoObjects:
    labels = frame.laser_labels
    boxes = [
        [
            each.box.center_x,
            each.box.center_y,
            each.box.center_z,
            each.box.length,
            each.box.width,
            each.box.height,
            each.box.heading,
        ]
        for each in labels
    ]
    counts = [
        each.num_lidar_points_in_box if each.HasField("num_lidar_points_in_box") else -1
        for each in labels
    ]
    return WaymoObjects(
        labels=np.array([each.type for each in labels], np.int64),
        ids=[each.id.encode() for each in labels],
        boxes=np.array(boxes, np.float64).reshape(-1, 7),
        velocities=np.array(
            [[each.metadata.speed_x, each.metadata.speed_y] for each in labels], np.float64
        ).reshape(-1, 2),
        num_points=np.array(counts, np.int64),
        rated_difficulties=np.array([each.detection_difficulty_level for each in labels], np.int64),
        tracking_difficulties=np.array(
            [each.tracking_difficulty_level for each in labels], np.int64
        ),
    )
