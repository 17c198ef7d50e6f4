"""Boxes between the frames of KITTI: the lidar's, the camera's and the image.

Lidar: x forward, y left, z up. Camera: x right, y down, z forward. A box in the lidar's frame is
[x, y, z, length, width, height, heading]: metres and radians, z of the centre, the heading
counter-clockwise from +x. KITTI's labels have the middle of the bottom face in the camera's frame,
and rotation_y = -heading - pi/2. Both assume that the axes of the two frames are parallel; what a
calibration turns besides (less than a degree) moves centres, but tilts no box.
"""

from __future__ import annotations

import numpy as np
from frazo.box_frames import box_corners, other_angle, transform_points

# The box of an object without 3D information.
UNKNOWN_BOX = (-1000.0, -1000.0, -1000.0, -1.0, -1.0, -1.0, -10.0)
# What is nearer to the camera's plane has no place in the image, in metres.
_LEAST_DEPTH = 0.1
_EDGES = np.array(
    [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)]
)


def boxes_to_lidar(
    locations: np.ndarray,
    dimensions: np.ndarray,
    rotations_y: np.ndarray,
    camera_to_velo: np.ndarray,
) -> np.ndarray:
    """Returns the boxes of labels in the lidar's frame, float64 [boxes, 7].

    Args:
      locations: x, y, z of the middles of the bottom faces in the camera's frame, [boxes, 3].
      dimensions: height, width, length, [boxes, 3].
      rotations_y: radians, [boxes].
      camera_to_velo: [4, 4].
    """
    centers = transform_points(camera_to_velo, np.asarray(locations, np.float64))
    heights, widths, lengths = np.asarray(dimensions, np.float64).T
    centers[:, 2] += heights / 2
    headings = other_angle(rotations_y)
    return np.column_stack([centers, lengths, widths, heights, headings])


def boxes_to_camera(
    boxes: np.ndarray, velo_to_camera: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Undoes boxes_to_lidar. Returns locations [boxes, 3], dimensions [boxes, 3], rotations_y.

    Args:
      boxes: [boxes, 7].
      velo_to_camera: [4, 4].
    """
    boxes = np.asarray(boxes, np.float64).reshape(-1, 7)
    bottoms = boxes[:, :3].copy()
    bottoms[:, 2] -= boxes[:, 5] / 2
    rotations_y = other_angle(boxes[:, 6])
    return transform_points(velo_to_camera, bottoms), boxes[:, [5, 4, 3]], rotations_y


def project_boxes(boxes: np.ndarray, velo_to_image: np.ndarray) -> np.ndarray:
    """Returns the boxes in the image around boxes in the world: xmin, ymin, xmax, ymax in pixels,
    float64 [boxes, 4]. They may lie outside of the image. What is behind the camera is cut off
    first; a box that is behind as a whole is NaN.

    Args:
      boxes: [boxes, 7].
      velo_to_image: [3, 4].
    """
    corners = transform_points(velo_to_image, box_corners(boxes))  # Pixels times depth, and depth.
    begin, end = corners[:, _EDGES[:, 0]], corners[:, _EDGES[:, 1]]
    with np.errstate(divide="ignore", invalid="ignore"):
        share = (_LEAST_DEPTH - begin[..., 2:]) / (end[..., 2:] - begin[..., 2:])
        cut = begin + share * (end - begin)
        # A vertex is in front of the camera, or where an edge goes through its nearest plane.
        goes_through = (begin[..., 2] < _LEAST_DEPTH) != (end[..., 2] < _LEAST_DEPTH)
        vertices = np.concatenate([corners, cut], 1)
        pixels = vertices[..., :2] / vertices[..., 2:]
    counts = np.concatenate([corners[..., 2] >= _LEAST_DEPTH, goes_through], 1)[..., np.newaxis]
    result = np.concatenate(
        [
            np.where(counts, pixels, np.inf).min(1, initial=np.inf),
            np.where(counts, pixels, -np.inf).max(1, initial=-np.inf),
        ],
        -1,
    )
    result[~counts.any((1, 2))] = np.nan
    return result


def clip_image_boxes(
    image_boxes: np.ndarray, width: int, height: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cuts boxes at the edges of the image.

    Args:
      image_boxes: [boxes, 4], as project_boxes returns them.
      width: of the image in pixels.
      height: of the image in pixels.

    Returns:
      The boxes, [boxes, 4], and KITTI's truncation, [boxes]: the share of a box's area that is
      outside. It is 1 for a box that has nothing in the image; such a box is NaN.
    """
    limits = np.array([width - 1, height - 1, width - 1, height - 1])
    clipped = np.clip(image_boxes, 0, limits)
    with np.errstate(divide="ignore", invalid="ignore"):
        truncations = 1 - _areas(clipped) / _areas(image_boxes)
    outside = ~(_areas(clipped) > 0)
    truncations[outside] = 1
    clipped[outside] = np.nan
    return clipped, truncations


def _areas(image_boxes: np.ndarray) -> np.ndarray:
    return (image_boxes[:, 2] - image_boxes[:, 0]) * (image_boxes[:, 3] - image_boxes[:, 1])
