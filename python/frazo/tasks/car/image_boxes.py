"""Where boxes are in the picture of a camera."""

from typing import NamedTuple

import numpy as np
from frazo.box_frames import box_corners, transform_points


class ImageBoxes(NamedTuple):
    """What a camera sees of boxes.

    Attributes:
      edges: float64 [boxes, 4]: xmin, ymin, xmax, ymax in pixels, within the picture; zeros for a
        box that is not altogether in front of the camera.
      visible_shares: float64 [boxes], the share of the area that is within the picture; 0 for a box
        that is not altogether in front of the camera.
    """

    edges: np.ndarray
    visible_shares: np.ndarray


def image_boxes(boxes: np.ndarray, velo_to_image: np.ndarray, image_size: np.ndarray) -> ImageBoxes:
    """Returns the rectangles around the corners of boxes, as a camera sees them.

    Args:
      boxes: [boxes, 7]: middle, length, width, height, heading.
      velo_to_image: [12], the projection from the lidar's world to the picture, 3 x 4, row by row.
      image_size: [2], width and height in pixels.
    """
    projection = np.asarray(velo_to_image, np.float64).reshape(3, 4)
    x, y, depth = np.moveaxis(transform_points(projection, box_corners(boxes)), -1, 0)
    in_front = np.all(depth > 0, axis=1)
    depth = np.where(in_front[:, np.newaxis], depth, 1)
    low = np.stack([np.min(x / depth, 1), np.min(y / depth, 1)], -1)
    high = np.stack([np.max(x / depth, 1), np.max(y / depth, 1)], -1)
    size = np.asarray(image_size, np.float64)
    clipped_low, clipped_high = np.clip(low, 0, size), np.clip(high, 0, size)
    area = np.prod(high - low, axis=1)
    visible = np.prod(clipped_high - clipped_low, axis=1)
    shares = np.divide(visible, area, out=np.zeros_like(area), where=in_front & (area > 0))
    edges = np.concatenate([clipped_low, clipped_high], 1)
    return ImageBoxes(np.where(in_front[:, np.newaxis], edges, 0), shares)
