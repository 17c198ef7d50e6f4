"""Boxes as a lidar, a camera and an image see them, in NumPy alone.

A lidar's frame has x forward, y left, z up; a camera's has x right, y down, z forward. A box is x,
y, z of its centre, length, width, height and heading in a lidar's frame, in metres and radians.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike


def wrap_angle(angles: np.ndarray) -> np.ndarray:
    """Returns angles in [-pi, pi)."""
    return (np.asarray(angles) + np.pi) % (2 * np.pi) - np.pi


def other_angle(angles: ArrayLike) -> np.ndarray:
    """Returns KITTI's rotation_y of headings, and headings of rotation_y, in [-pi, pi).

    A heading turns counter-clockwise around z from the lidar's x. As seen from above, rotation_y
    turns clockwise from the camera's x, which points to the lidar's -y.
    """
    return wrap_angle(-np.asarray(angles, np.float64) - np.pi / 2)


def transform_points(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Applies a matrix of [4, 4] or [3, 4] to points of [..., 3]; returns [..., 3]."""
    return points @ matrix[:3, :3].T + matrix[:3, 3]


def observation_angles(locations: np.ndarray, rotations_y: np.ndarray) -> np.ndarray:
    """Returns KITTI's alpha, the heading relative to the line of sight, in [-pi, pi).

    Args:
      locations: in the camera's frame, [boxes, 3].
      rotations_y: radians, [boxes].
    """
    return wrap_angle(rotations_y - np.arctan2(locations[:, 0], locations[:, 2]))


def box_corners(boxes: np.ndarray) -> np.ndarray:
    """Returns the corners of boxes, float64 [boxes, 8, 3]: the top face, then the bottom face, each
    counter-clockwise from the front left corner.
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 7)
    along = np.array([1, -1, -1, 1] * 2) / 2 * boxes[:, 3:4]
    across = np.array([1, 1, -1, -1] * 2) / 2 * boxes[:, 4:5]
    up = np.array([1] * 4 + [-1] * 4) / 2 * boxes[:, 5:6]
    cosine, sine = np.cos(boxes[:, 6:7]), np.sin(boxes[:, 6:7])
    offsets = [cosine * along - sine * across, sine * along + cosine * across, up]
    return boxes[:, np.newaxis, :3] + np.stack(offsets, -1)
