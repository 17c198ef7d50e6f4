"""Turns the range images of Waymo's lidars into points.

A range image has a row for each beam, the highest first, and a column for each direction, from
behind the lidar clockwise around it. Its middle column looks along the vehicle's x axis, however
the lidar is mounted. All is computed as float64: poses are kilometres from the world's origin.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.waymo import frame_pb2
from google.protobuf import message

# Range, intensity, elongation, no-label zone.
IMAGE_CHANNELS = 4
# Roll, pitch, yaw, x, y, z.
POSE_CHANNELS = 6
# The largest image is that of poses: 64 x 2650 x 6 floats are 4 MB.
_MOST_MATRIX_BYTES = 1 << 28
# Rotations in files are rounded.
_ROTATION_TOLERANCE = 1e-3


class Lidar(NamedTuple):
    """A lidar of the vehicle.

    Attributes:
      name: Such as TOP.
      extrinsic: From its frame to the vehicle's, float64 [4, 4].
      inclinations: Radians above the horizon of the rows, the first row first, float64 [rows].
    """

    name: str
    extrinsic: np.ndarray
    inclinations: np.ndarray


class RangePoints(NamedTuple):
    """The points of a range image.

    Attributes:
      points: x, y, z in the vehicle's frame, intensity, elongation and no-label zone; float32
        [points, 6].
      left_out: How many more there are, which have a number that is not finite.
    """

    points: np.ndarray
    left_out: int


def decode_matrix(compressed: bytes, channels: int, what: str) -> np.ndarray:
    """Returns a compressed MatrixFloat, float32 [rows, columns, channels].

    Args:
      compressed: A MatrixFloat, compressed by zlib.
      channels: How many it must have.
      what: Its name in errors.

    Raises:
      SceneError: The bytes are damaged, or the matrix has another shape.
    """
    inflater = zlib.decompressobj()
    try:
        content = inflater.decompress(compressed, _MOST_MATRIX_BYTES)
    except zlib.error as error:
        raise SceneError("malformed range image", f"{what} is damaged: {error}") from None
    if not inflater.eof:
        raise SceneError(
            "malformed range image",
            f"{what} is cut short, or has more than {_MOST_MATRIX_BYTES:,} bytes",
        )
    try:
        matrix = frame_pb2.MatrixFloat.FromString(content)
    except message.DecodeError:
        raise SceneError("malformed range image", f"{what} is no MatrixFloat") from None
    data, shape = b"".join(matrix.data), list(matrix.shape.dims)
    is_image = len(shape) == 3 and shape[2] == channels and min(shape) > 0
    if not is_image or len(data) != 4 * shape[0] * shape[1] * shape[2]:
        raise SceneError(
            "malformed range image",
            f"{what} has the shape {shape} and {len(data):,} bytes; expected [rows, columns, "
            f"{channels}] and 4 bytes for each number",
        )
    return np.frombuffer(data, "<f4").reshape(shape)


def rigid_transform(transform: frame_pb2.Transform, what: str) -> np.ndarray:
    """Returns the matrix of a Transform that turns and moves, float64 [4, 4].

    Args:
      transform: The Transform.
      what: Its name in errors.

    Raises:
      SceneError: It has not 16 numbers, or does something else to space.
    """
    values = np.array(transform.transform, np.float64)
    if values.size != 16:
        raise SceneError("malformed calibration", f"{what} has {values.size} numbers; expected 16")
    matrix = values.reshape(4, 4)
    rotation = matrix[:3, :3]
    with np.errstate(invalid="ignore", over="ignore"):
        is_rigid = (
            np.isfinite(matrix).all()
            and np.array_equal(matrix[3], [0, 0, 0, 1])
            and np.allclose(rotation @ rotation.T, np.eye(3), atol=_ROTATION_TOLERANCE)
            and np.linalg.det(rotation) > 0
        )
    if not is_rigid:
        raise SceneError(
            "malformed calibration", f"{what} does not turn and move: {matrix.tolist()}"
        )
    return matrix


def beam_inclinations(calibration: frame_pb2.LaserCalibration, rows: int, what: str) -> np.ndarray:
    """Returns the inclinations of the rows of an image, the first row first, float64 [rows].

    Without a list the rows divide what lies between min and max evenly; each has the middle of its
    part.

    Raises:
      SceneError: There are not as many as rows, or one is not finite.
    """
    if calibration.beam_inclinations:
        from_lowest = np.array(calibration.beam_inclinations, np.float64)
    else:
        least, most = calibration.beam_inclination_min, calibration.beam_inclination_max
        from_lowest = least + (np.arange(rows) + 0.5) / rows * (most - least)
    if len(from_lowest) != rows:
        raise SceneError(
            "malformed calibration",
            f"{what} has {len(from_lowest)} beam inclinations, but its image has {rows} rows",
        )
    if not np.isfinite(from_lowest).all():
        raise SceneError(
            "malformed calibration", f"{what} has a beam inclination that is not finite"
        )
    return from_lowest[::-1]


def image_points(
    image: np.ndarray,
    lidar: Lidar,
    pixel_poses: np.ndarray | None,
    frame_pose: np.ndarray,
) -> RangePoints:
    """Returns the points of a range image, row by row.

    Args:
      image: float32 [rows, columns, 4]. A pixel whose range is not above 0 has no point.
      lidar: What took it.
      pixel_poses: The vehicle's pose at each pixel, float32 [rows, columns, 6]: roll, pitch, yaw,
        x, y, z; None: all pixels are in the vehicle's frame.
      frame_pose: From the vehicle's frame to the world, float64 [4, 4].
    """
    # A range that is not a number is no missing one.
    rows, columns = np.nonzero(~(image[..., 0] <= 0))
    pixels = image[rows, columns]
    # What is not finite is counted below.
    with np.errstate(invalid="ignore", over="ignore"):
        places = _in_lidar(pixels[:, 0], lidar, rows, columns, image.shape[1])
        places = places @ lidar.extrinsic[:3, :3].T + lidar.extrinsic[:3, 3]
        if pixel_poses is not None:
            world = _in_world(places, pixel_poses[rows, columns].astype(np.float64))
            places = (world - frame_pose[:3, 3]) @ np.linalg.inv(frame_pose[:3, :3]).T
        points = np.concatenate([places.astype(np.float32), pixels[:, 1:]], 1)
    finite = np.isfinite(points).all(1)
    return RangePoints(points[finite], int(np.count_nonzero(~finite)))


def _in_lidar(
    ranges: np.ndarray, lidar: Lidar, rows: np.ndarray, columns: np.ndarray, width: int
) -> np.ndarray:
    """Returns the places of pixels in the lidar's frame, float64 [points, 3]."""
    mounted = np.arctan2(lidar.extrinsic[1, 0], lidar.extrinsic[0, 0])
    azimuths = np.pi - (np.arange(width) + 0.5) * (2 * np.pi / width) - mounted
    flat = ranges * np.cos(lidar.inclinations)[rows]
    return np.stack(
        [
            flat * np.cos(azimuths)[columns],
            flat * np.sin(azimuths)[columns],
            ranges * np.sin(lidar.inclinations)[rows],
        ],
        -1,
    )


def _in_world(places: np.ndarray, poses: np.ndarray) -> np.ndarray:
    """Moves places from the vehicle's frame at their poses to the world, float64 [points, 3].

    The vehicle rolls about x, then pitches about y, then turns about z.
    """
    x, y, z = places.T
    roll, pitch, yaw = poses[:, :3].T
    y, z = np.cos(roll) * y - np.sin(roll) * z, np.sin(roll) * y + np.cos(roll) * z
    x, z = np.cos(pitch) * x + np.sin(pitch) * z, np.cos(pitch) * z - np.sin(pitch) * x
    x, y = np.cos(yaw) * x - np.sin(yaw) * y, np.sin(yaw) * x + np.cos(yaw) * y
    return np.stack([x, y, z], -1) + poses[:, 3:]
