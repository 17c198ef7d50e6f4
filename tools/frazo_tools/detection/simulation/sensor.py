"""A spinning lidar of 64 beams, and what it measures of a world of shapes.

The beams are as steep as those of the Velodyne HDL-64E that KITTI used: 32 from 2 degrees up in
steps of 1/3 degree, and 32 below them in steps of 1/2 degree. It spins at 10 Hz: 0.18 degrees from
column to column. Only the quarter around the front is simulated, since the camera sees no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from frazo_tools.detection.simulation.shapes import Shape

# Metres of the sensor above the ground.
HEIGHT = 1.73
_UPPER = 2 - np.arange(32) / 3
ELEVATIONS = np.deg2rad(np.concatenate([_UPPER, _UPPER[-1] - np.arange(1, 33) / 2]))
BEAMS = len(ELEVATIONS)
_STEP = np.deg2rad(0.18)
# The quarter from half a right angle to the left to half a right angle to the right.
_HALF_VIEW = np.pi / 4
COLUMNS = int(2 * _HALF_VIEW / _STEP)
# Metres. A weaker surface is seen from nearer.
_REACH, _FARTHEST = 200.0, 100.0
# Metres: the standard deviation of a distance, and the largest error.
_NOISE, MOST_NOISE = 0.02, 0.05
_LOSS = 0.02
_MAKES_NO_RETURN = 1e9
# Metres: nothing is nearer to the sensor.
_NEAREST = 0.3


class Ground(NamedTuple):
    """A plane: z = -HEIGHT + slope_x x + slope_y y.

    Attributes:
      slope_x: Metres of rise for each metre forward.
      slope_y: Metres of rise for each metre to the left.
    """

    slope_x: float
    slope_y: float

    def z(self, x: float, y: float) -> float:
        """Returns the height of the ground at a place."""
        return -HEIGHT + self.slope_x * x + self.slope_y * y


class Body(NamedTuple):
    """A figure at its place.

    Attributes:
      position: The middle of its bottom face, [3].
      heading: Radians, counter-clockwise from +x.
      size: Length, width and height of a box around its shapes, [3].
      shapes: What it is made of, in its own frame.
    """

    position: np.ndarray
    heading: float
    size: np.ndarray
    shapes: Sequence[Shape]


class Sweep(NamedTuple):
    """What a sensor measures.

    Attributes:
      points: float32 [points, 4]: x, y, z in metres, rounded to millimetres, and the intensity from
        0 to 1, rounded to hundredths. They are sorted by beam from the top, then from left to
        right.
      bodies: The number of the body that each point is of, -1 for the ground, [points].
      alone: How many rays would meet each body if it were alone, [bodies].
      visible: How many rays meet it as the first thing, [bodies].
    """

    points: np.ndarray
    bodies: np.ndarray
    alone: np.ndarray
    visible: np.ndarray


class _Image:
    """What each ray meets first, as arrays of [beams, columns]."""

    def __init__(self) -> None:
        shape = BEAMS, COLUMNS
        self.distances = np.full(shape, _MAKES_NO_RETURN)
        self.cosines = np.zeros(shape)
        self.reflectances = np.zeros(shape)
        self.losses = np.zeros(shape)
        self.bodies = np.full(shape, -1)


def sweep(ground: Ground, bodies: Sequence[Body], random: np.random.Generator) -> Sweep:
    """Returns what the sensor measures in one turn.

    Args:
      ground: What all stands on.
      bodies: What stands on it.
      random: Draws the noise.
    """
    azimuths = _HALF_VIEW - (np.arange(COLUMNS) + random.random()) * _STEP
    rays = _rays(azimuths)
    image = _Image()
    _meet_ground(image, ground, rays, random)
    alone = np.zeros(len(bodies), np.int64)
    for number, body in enumerate(bodies):
        alone[number] = _meet_body(image, number, body, azimuths, rays)
    visible = np.bincount(image.bodies[image.bodies >= 0], minlength=len(bodies))
    return _measure(image, rays, random)._replace(alone=alone, visible=visible)


def _rays(azimuths: np.ndarray) -> np.ndarray:
    level = np.cos(ELEVATIONS)[:, np.newaxis]
    up = np.broadcast_to(np.sin(ELEVATIONS)[:, np.newaxis], (BEAMS, len(azimuths)))
    return np.stack([level * np.cos(azimuths), level * np.sin(azimuths), up], -1)


def _meet_ground(
    image: _Image, ground: Ground, rays: np.ndarray, random: np.random.Generator
) -> None:
    normal = np.array([-ground.slope_x, -ground.slope_y, 1])
    fall = -(rays @ normal)
    down = fall > 1e-6
    image.distances[down] = HEIGHT / fall[down]
    image.cosines[down] = fall[down] / np.linalg.norm(normal)
    # Asphalt and paving, each its own in every scan, side by side in stripes along the road.
    lateral = rays[..., 1] * np.where(down, image.distances, 0)
    road, edge = random.uniform(0.12, 0.25), random.uniform(4, 8)
    image.reflectances[...] = np.where(np.abs(lateral) < edge, road, random.uniform(0.2, 0.4))


def _meet_body(
    image: _Image, number: int, body: Body, azimuths: np.ndarray, rays: np.ndarray
) -> int:
    """Notes where rays meet a body before all else. Returns how many meet it at all."""
    window = _window(body, azimuths)
    part = rays[window]
    if not part.size:
        return 0
    cosine, sine = np.cos(body.heading), np.sin(body.heading)
    turned = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
    origin = turned @ -body.position
    local = (part @ turned.T).reshape(-1, 3)
    best = np.full(len(local), np.inf)
    cosines, materials = np.zeros(len(local)), np.zeros(len(local), np.int64)
    for index, shape in enumerate(body.shapes):
        distances, angles = shape.meet(origin, local)
        nearer = distances < best
        best[nearer] = distances[nearer]
        cosines[nearer] = angles[nearer]
        materials[nearer] = index
    found = best.reshape(part.shape[:2])
    first = found < image.distances[window]
    kinds = [shape.material for shape in body.shapes]
    kind = materials.reshape(first.shape)[first]
    image.distances[window][first] = found[first]
    image.cosines[window][first] = cosines.reshape(first.shape)[first]
    image.reflectances[window][first] = np.array([each.reflectance for each in kinds])[kind]
    image.losses[window][first] = np.array([each.loss for each in kinds])[kind]
    image.bodies[window][first] = number
    return int((best < _FARTHEST).sum())


def _window(body: Body, azimuths: np.ndarray) -> tuple[slice, slice]:
    """Returns the beams and columns that may meet a body."""
    half = body.size[:2] / 2
    cosine, sine = np.cos(body.heading), np.sin(body.heading)
    along = np.array([cosine, sine])
    across = np.array([-sine, cosine])
    place = body.position[:2]
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    corners = place + signs[:, :1] * half[0] * along + signs[:, 1:] * half[1] * across
    outside = np.maximum(np.abs([place @ along, place @ across]) - half, 0)
    nearest = max(np.hypot(*outside), _NEAREST)
    farthest = np.linalg.norm(corners, axis=1).max()
    heights = body.position[2], body.position[2] + body.size[2]
    angles = [np.arctan2(z, distance) for z in heights for distance in (nearest, farthest)]
    beams = np.flatnonzero((min(angles) <= ELEVATIONS) & (max(angles) >= ELEVATIONS))
    # Angles from the middle, so that none is on the other side of +-180 degrees.
    middle = np.arctan2(place[1], place[0])
    sides = np.arctan2(corners[:, 1], corners[:, 0]) - middle
    sides = (sides + np.pi) % (2 * np.pi) - np.pi
    columns = np.flatnonzero(
        (azimuths >= middle + sides.min()) & (azimuths <= middle + sides.max())
    )
    if not len(beams) or not len(columns):
        return slice(0, 0), slice(0, 0)
    return slice(beams[0], beams[-1] + 1), slice(columns[0], columns[-1] + 1)


def _measure(image: _Image, rays: np.ndarray, random: np.random.Generator) -> Sweep:
    """Draws noise and losses. The counts of the bodies are left empty."""
    shape = image.distances.shape
    # What is dark or met at a flat angle sends less light back, which is lost from farther away.
    signal = image.reflectances * (0.2 + 0.8 * image.cosines)
    reach = _REACH * np.sqrt(signal) + 1e-6
    weakness = np.clip((image.distances - reach) / (0.1 * reach), -30, 30)
    kept = random.random(shape) * (1 + np.exp(weakness)) < 1
    kept &= random.random(shape) >= 1 - (1 - _LOSS) * (1 - image.losses)
    kept &= image.distances < _FARTHEST
    noise = np.clip(random.normal(0, _NOISE, shape), -MOST_NOISE, MOST_NOISE)
    intensity = image.reflectances * (0.3 + 0.7 * image.cosines) + random.normal(0, 0.03, shape)
    points = rays[kept] * (image.distances + noise)[kept][:, np.newaxis]
    intensities = np.round(np.clip(intensity[kept], 0, 0.99), 2)
    measured = np.column_stack([np.round(points, 3), intensities]).astype(np.float32)
    nothing = np.zeros(0, np.int64)
    return Sweep(measured, image.bodies[kept], nothing, nothing)
