"""Small frames of the Waymo Open Dataset with known geometry, for tests.

All transforms are products of matrices of 4 x 4 here: nothing is shared with the code under test.
"""

from __future__ import annotations

import functools
import itertools
import zlib
from typing import NamedTuple

import numpy as np
from frazo_tools.detection.waymo import frame_pb2

# 50 km from the world's origin, as in the data set, turned and tilted.
FRAME_POSE_ANGLES = (0.01, -0.02, 2.1)
FRAME_POSE_PLACE = (50_000.0, -20_000.0, 130.0)
COLUMNS = 16
# Where the lidars are and how they are turned: roll, pitch, yaw, x, y, z.
MOUNTS = {
    1: (0.02, -0.01, 2.6, 1.4, 0.0, 2.2),
    2: (0.0, 0.01, 0.0, 4.1, 0.0, 0.7),
    3: (0.0, 0.0, 1.57, 3.2, 1.0, 0.9),
    4: (0.01, 0.0, -1.57, 3.2, -1.0, 0.9),
    5: (0.0, -0.02, 3.14, -1.2, 0.0, 0.6),
}
# The beams of the first are uneven, from the lowest.
TOP_INCLINATIONS = (-0.31, -0.2, -0.13, -0.08, -0.03, 0.04)
OTHER_INCLINATIONS = (-1.5, 0.5)
OTHER_ROWS = 5


def euler(roll: float, pitch: float, yaw: float) -> np.ndarray:
    """Returns the rotation that rolls, then pitches, then yaws, [4, 4]."""
    about_x, about_y, about_z = np.eye(4), np.eye(4), np.eye(4)
    about_x[1:3, 1:3] = [[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]]
    about_y[::2, ::2][:2, :2] = [[np.cos(pitch), np.sin(pitch)], [-np.sin(pitch), np.cos(pitch)]]
    about_z[:2, :2] = [[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]]
    return about_z @ about_y @ about_x


def pose(roll: float, pitch: float, yaw: float, x: float, y: float, z: float) -> np.ndarray:
    """Returns the transform that turns, then moves, [4, 4]."""
    result = euler(roll, pitch, yaw)
    result[:3, 3] = x, y, z
    return result


class LidarSample(NamedTuple):
    """A lidar, and where the vehicle was.

    Attributes:
      extrinsic: [4, 4].
      inclinations: Of the rows from the first, which is the highest, [rows].
      columns: Of the image.
      pixel_poses: float32 [rows, columns, 6]; None: at the frame's pose.
      frame_pose: [4, 4].
    """

    extrinsic: np.ndarray
    inclinations: np.ndarray
    columns: int
    pixel_poses: np.ndarray | None
    frame_pose: np.ndarray

    def to_frame(self, row: int, column: int) -> np.ndarray:
        """Returns the transform from the lidar's frame at a pixel to the vehicle's, [4, 4]."""
        if self.pixel_poses is None:
            return self.extrinsic
        at_pixel = pose(*self.pixel_poses[row, column].astype(np.float64))
        return np.linalg.inv(self.frame_pose) @ at_pixel @ self.extrinsic

    def direction(self, row: int, column: int) -> np.ndarray:
        """Returns the unit vector along which a pixel looks in the lidar's frame, [3]."""
        mounted = np.arctan2(self.extrinsic[1, 0], self.extrinsic[0, 0])
        azimuth = np.pi - 2 * np.pi * (column + 0.5) / self.columns - mounted
        inclination = self.inclinations[row]
        flat = np.cos(inclination)
        return np.array([flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(inclination)])


def cloud(lidar: LidarSample, random: np.random.Generator, share: float) -> np.ndarray:
    """Returns points that the lidar sees at the middles of some of its pixels, row by row, in the
    vehicle's frame: float64 [points, 3].
    """
    pixels = itertools.product(range(len(lidar.inclinations)), range(lidar.columns))
    chosen = [pixel for pixel in pixels if random.uniform() < share]
    points = []
    for row, column in chosen:
        place = lidar.direction(row, column) * random.uniform(1, 60)
        points.append((lidar.to_frame(row, column) @ [*place, 1])[:3])
    return np.array(points).reshape(-1, 3)


def image_of_cloud(lidar: LidarSample, points: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Returns the range image of points: each is at the pixel that looks at it most directly, -1
    elsewhere; float32 [rows, columns, 4].

    Args:
      lidar: What looks.
      points: [points, 3].
      features: Intensity, elongation and no-label zone, [points, 3].
    """
    rows = len(lidar.inclinations)
    image = np.full([rows, lidar.columns, 4], -1, np.float32)
    pixels = list(itertools.product(range(rows), range(lidar.columns)))
    from_frame = np.linalg.inv([lidar.to_frame(*pixel) for pixel in pixels])
    looks = np.array([lidar.direction(*pixel) for pixel in pixels])
    for point, feature in zip(points, features, strict=True):
        places = (from_frame @ [*point, 1])[:, :3]
        ranges = np.linalg.norm(places, axis=1)
        best = int(np.argmax((places * looks).sum(1) / ranges))
        image[pixels[best]] = [ranges[best], *feature]
    return image


def compressed(matrix: np.ndarray) -> bytes:
    """Returns a matrix as frames have it."""
    message = frame_pb2.MatrixFloat(data=[matrix.astype("<f4").tobytes()])
    message.shape.dims.extend(matrix.shape)
    return zlib.compress(message.SerializeToString())


def lidar_sample(number: int, random: np.random.Generator) -> LidarSample:
    """Returns one of the five lidars. The vehicle drives on while that on the roof turns."""
    frame_pose = pose(*FRAME_POSE_ANGLES, *FRAME_POSE_PLACE)
    extrinsic = pose(*MOUNTS[number])
    if number != 1:
        least, most = OTHER_INCLINATIONS
        steps = least + (most - least) * (np.arange(OTHER_ROWS) + 0.5) / OTHER_ROWS
        return LidarSample(extrinsic, steps[::-1], COLUMNS, None, frame_pose)
    poses = np.tile(
        np.array([*FRAME_POSE_ANGLES, *FRAME_POSE_PLACE]), [len(TOP_INCLINATIONS), COLUMNS, 1]
    )
    moves = random.uniform(-1, 1, poses.shape) * [0.01, 0.01, 0.02, 1, 1, 0.1]
    poses = (poses + moves).astype(np.float32)
    inclinations = np.array(TOP_INCLINATIONS[::-1])
    return LidarSample(extrinsic, inclinations, COLUMNS, poses, frame_pose)


def sample_frame(number: int = 0) -> tuple[frame_pb2.Frame, np.ndarray]:
    """Returns a frame of a drive, and its points with their features in the order of the lidars and
    returns, float64 [points, 6].

    It has a vehicle with a point, a pedestrian of whom the label does not know the points, and a
    sign without a point.
    """
    record, points = _sample_record(number)
    return frame_pb2.Frame.FromString(record), points.copy()


@functools.cache
def _sample_record(number: int) -> tuple[bytes, np.ndarray]:
    random = np.random.default_rng(number)
    frame = frame_pb2.Frame(timestamp_micros=1_500_000_000_000_000 + 100_000 * number)
    frame.context.name = "1005_000_1025_000"
    stats = frame.context.stats
    stats.time_of_day, stats.location, stats.weather = "Day", "location_sf", "sunny"
    frame.pose.transform.extend(pose(*FRAME_POSE_ANGLES, *FRAME_POSE_PLACE).ravel())
    parts = []
    for name in MOUNTS:
        lidar = lidar_sample(name, random)
        calibration = frame.context.laser_calibrations.add(name=name)
        calibration.extrinsic.transform.extend(lidar.extrinsic.ravel())
        calibration.beam_inclination_min, calibration.beam_inclination_max = OTHER_INCLINATIONS
        if name == 1:
            calibration.beam_inclinations.extend(TOP_INCLINATIONS)
        laser = frame.lasers.add(name=name)
        for image, share in ((laser.ri_return1, 0.5), (laser.ri_return2, 0.1)):
            points = cloud(lidar, random, share)
            features = random.uniform(0, 1, points.shape).astype(np.float32)
            features[:, 2] = np.where(features[:, 2] < 0.2, 1, -1)
            image.range_image_compressed = compressed(image_of_cloud(lidar, points, features))
            parts.append(np.concatenate([points, features], 1))
        if lidar.pixel_poses is not None:
            laser.ri_return1.range_image_pose_compressed = compressed(lidar.pixel_poses)
    points = np.concatenate(parts)
    _add_label(frame, 1, "car", points[0, :3], num_lidar_points_in_box=7)
    _add_label(frame, 2, "walker", points[7, :3], detection_difficulty_level=2)
    _add_label(frame, 3, "sign", np.array([0, 0, 90]))
    return frame.SerializeToString(), points


def _add_label(
    frame: frame_pb2.Frame, kind: int, name: str, center: np.ndarray, **fields: int
) -> None:
    label = frame.laser_labels.add(type=kind, id=name, **fields)
    label.box.center_x, label.box.center_y, label.box.center_z = center
    label.box.length, label.box.width, label.box.height, label.box.heading = 0.5, 0.25, 0.125, 0.75
    label.metadata.speed_x, label.metadata.speed_y = 3, -4
