"""Scans with what is in them, for pages and pictures."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# The least score of the detections that a page shows at first, and that a picture shows.
FIRST_LEAST_SCORE = 0.3


class SceneObject(NamedTuple):
    """A box of a scene.

    Attributes:
      box: [7], x, y, z of the middle, length, width, height in metres, heading in radians.
      label: The class.
      score: The probability of a detection; None for an object that is there.
      counts: Whether a detector has to find the object. It need not find objects of classes that it
        does not know, nor those that the scores of a data set ignore.
    """

    box: Sequence[float]
    label: str
    score: float | None = None
    counts: bool = True


class Scene(NamedTuple):
    """A scan with what is in it.

    Attributes:
      name: Its name.
      points: [points, 3], metres in the world of the lidar: x forward, y left, z up.
      intensities: [points], in [0, 1].
      truths: The objects that are there; None: nobody knows them.
      detections: What was found; None: nobody searched.
    """

    name: str
    points: np.ndarray
    intensities: np.ndarray
    truths: Sequence[SceneObject] | None = None
    detections: Sequence[SceneObject] | None = None

    def finite(self) -> "Scene":
        """Returns the scene without the points and boxes of which a number is not finite: they have
        no place.
        """
        points = np.asarray(self.points, np.float64).reshape(-1, 3)
        is_finite = np.isfinite(points).all(1)
        return Scene(
            self.name,
            points[is_finite],
            np.nan_to_num(np.asarray(self.intensities, np.float64)[is_finite]),
            _finite(self.truths),
            _finite(self.detections),
        )


def _finite(objects: Sequence[SceneObject] | None) -> Sequence[SceneObject] | None:
    if objects is None:
        return None
    return [each for each in objects if np.isfinite([*each.box, each.score or 0.0]).all()]
