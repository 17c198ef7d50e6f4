"""Pictures of scans from above, for TensorBoard."""

import numpy as np
import tensorflow as tf
from frazo.tasks.car.scene import FIRST_LEAST_SCORE, Scene, SceneObject
from frazo.tasks.car.scene_matches import match_detections

_MOST_PIXELS, _MOST_PIXELS_PER_METRE = 900, 14
# What is farther from the lidar has few points. A scan without points still has a picture.
_FARTHEST, _NEAREST = 75.0, 5.0
_RING_METRES = 10
_BACKGROUND, _RING = (18, 20, 26), (52, 56, 66)
# Blue is the ground, some 2 metres below the sensor of a car; yellow is 2 metres above the sensor.
_HEIGHTS = np.array([-2.0, 0.0, 2.0])
_COLORS_OF_HEIGHTS = np.array([(59, 82, 191), (33, 168, 133), (252, 232, 64)], np.float64)
FOUND, MISSED, NOT_COUNTED = (255, 255, 255), (255, 77, 77), (150, 150, 150)
RIGHT, WRONG = (255, 140, 26), (242, 128, 255)

_DESCRIPTION = (
    "From above, x upwards and y to the left; rings every 10 m. Points are blue at the ground and yellow "
    "high up. Objects are white, red with a cross where no detection finds them, and grey where no score "
    f"counts them; detections of a score of at least {FIRST_LEAST_SCORE} are orange where they are right and "
    "violet where they are not. A line sticks out of each front."
)


class _Canvas:
    """A picture of a part of the ground.

    Attributes:
      pixels: uint8 [height, width, 3].
    """

    def __init__(self, low: np.ndarray, high: np.ndarray):
        """Makes an empty picture of the ground from `low` to `high`, x and y in metres."""
        extent = float(np.max(high - low))
        self._scale = min(_MOST_PIXELS_PER_METRE, _MOST_PIXELS / extent)
        self._high = high
        width, height = np.floor((high - low)[::-1] * self._scale).astype(int) + 1
        self.pixels = np.full([height, width, 3], _BACKGROUND, np.uint8)

    def dots(self, places: np.ndarray, colors: np.ndarray, size: int) -> None:
        """Draws squares, the later ones over the earlier ones.

        Args:
          places: [n, 2], x and y in metres.
          colors: [n, 3] or [3].
          size: Their sides in pixels.
        """
        # x is upwards, y to the left.
        corners = np.floor((self._high - places) * self._scale).astype(int)
        for offset in np.ndindex(size, size):
            rows, columns = (corners + offset).T
            height, width, _ = self.pixels.shape
            is_inside = (rows >= 0) & (rows < height) & (columns >= 0) & (columns < width)
            colors_inside = colors[is_inside] if colors.ndim == 2 else colors
            self.pixels[rows[is_inside], columns[is_inside]] = colors_inside

    def line(self, begin: np.ndarray, end: np.ndarray, color: tuple[int, int, int]) -> None:
        """Draws a line between two places, x and y in metres."""
        steps = int(np.ceil(np.linalg.norm(end - begin) * self._scale)) + 1
        shares = np.linspace(0, 1, min(steps, 4 * _MOST_PIXELS))[:, np.newaxis]
        self.dots(begin + shares * (end - begin), np.array(color), size=2)


def draw_from_above(scene: Scene) -> np.ndarray:
    """Draws points by height, objects and the detections that a page shows at first.

    The front of a box has a line that sticks out, and an object that no detection finds has a
    cross.

    Returns:
      uint8 [height, width, 3].
    """
    scene = scene.finite()
    truths = scene.truths or []
    detections = [each for each in scene.detections or [] if (each.score or 0) >= FIRST_LEAST_SCORE]
    points = scene.points[(np.abs(scene.points[:, :2]) <= _FARTHEST).all(1)]
    canvas = _Canvas(*_limits(points, [*truths, *detections]))
    _draw_rings(canvas)
    # The highest are seen from above.
    points = points[np.argsort(points[:, 2], kind="stable")]
    colors = [np.interp(points[:, 2], _HEIGHTS, channel) for channel in _COLORS_OF_HEIGHTS.T]
    canvas.dots(points[:, :2], np.stack(colors, -1).astype(np.uint8), size=2)
    matches = match_detections(truths, detections)
    found = {match.truth for match in matches if match.verdict == "right"}
    for index, each in enumerate(truths):
        is_missed = scene.detections is not None and each.counts and index not in found
        color = FOUND if each.counts else NOT_COUNTED
        _draw_box(canvas, each, MISSED if is_missed else color, has_cross=is_missed)
    for each, match in zip(detections, matches, strict=True):
        is_right = scene.truths is None or match.verdict == "right"
        _draw_box(canvas, each, RIGHT if is_right else WRONG, has_cross=False)
    return canvas.pixels


def top_view_summary(scene: Scene) -> tf.compat.v1.Summary.Value:
    """Returns the picture of draw_from_above for TensorBoard, with a text that explains it."""
    pixels = draw_from_above(scene)
    image = tf.compat.v1.Summary.Image(
        height=pixels.shape[0],
        width=pixels.shape[1],
        colorspace=3,
        encoded_image_string=tf.io.encode_png(pixels).numpy(),
    )
    metadata = tf.compat.v1.SummaryMetadata(summary_description=_DESCRIPTION)
    tag = f"scenes/{scene.name}/from_above"
    return tf.compat.v1.Summary.Value(tag=tag, image=image, metadata=metadata)


def _limits(points: np.ndarray, objects: list[SceneObject]) -> tuple[np.ndarray, np.ndarray]:
    """Returns least and greatest x and y of what there is, with a margin, in metres."""
    middles = np.array([each.box[:2] for each in objects], np.float64).reshape(-1, 2)
    shown = np.concatenate([points[:, :2], np.clip(middles, -_FARTHEST, _FARTHEST)])
    low = np.min(shown, axis=0, initial=-_NEAREST)
    high = np.max(shown, axis=0, initial=_NEAREST)
    return low - 1, high + 1


def _draw_rings(canvas: _Canvas) -> None:
    angles = np.linspace(0, 2 * np.pi, 4 * _MOST_PIXELS, endpoint=False)
    circle = np.stack([np.cos(angles), np.sin(angles)], -1)
    for radius in range(_RING_METRES, int(2 * _FARTHEST), _RING_METRES):
        canvas.dots(radius * circle, np.array(_RING), size=1)
    canvas.line(np.array([0.0, 0.0]), np.array([2.0, 0.0]), _RING)
    canvas.line(np.array([0.0, -1.0]), np.array([0.0, 1.0]), _RING)


def _draw_box(
    canvas: _Canvas, each: SceneObject, color: tuple[int, int, int], has_cross: bool
) -> None:
    x, y, _, length, width, _, heading = each.box
    along = np.array([np.cos(heading), np.sin(heading)])
    across = np.array([-np.sin(heading), np.cos(heading)])
    middle = np.array([x, y])
    front, side = along * length / 2, across * width / 2
    corners = [
        middle + front + side,
        middle - front + side,
        middle - front - side,
        middle + front - side,
    ]
    for begin, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        canvas.line(begin, end, color)
    canvas.line(middle, middle + front + along * min(1.0, length / 4), color)
    if has_cross:
        canvas.line(corners[0], corners[2], color)
        canvas.line(corners[1], corners[3], color)
