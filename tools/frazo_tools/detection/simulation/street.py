"""Chooses what stands where around the sensor.

The sensor is on a car in the right lane of a street that runs ahead, turned by some degrees. Cars
drive and are parked along it, cyclists keep to its edges, pedestrians are on pavements and cross
it; a second street may cross the first. Some of all kinds stand anywhere, with any heading.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from frazo_tools.detection.simulation import figures
from frazo_tools.detection.simulation.figures import Figure

_QUARTER = np.pi / 2
# Metres between two things at least.
_GAP = 0.25
# Objects begin where no part of them is beside the camera, in metres ahead.
_NEAREST, _FARTHEST = 6.0, 72.0
# Objects whose middle is farther to the side are not seen, in radians.
_SIDE = np.deg2rad(47)
# The car that carries the sensor: x, y, length, width, heading.
_OWN_CAR = (-0.5, 0.0, 5.0, 2.4, 0.0)
_TRIES = 12


class Standing(NamedTuple):
    """A figure and where it stands.

    Attributes:
      figure: What it is.
      x: Metres forward, of its middle.
      y: Metres to the left.
      heading: Radians, counter-clockwise from +x.
    """

    figure: Figure
    x: float
    y: float
    heading: float


class _Street:
    """Places figures on the ground where nothing else is."""

    def __init__(self, random: np.random.Generator) -> None:
        self.random = random
        turn = 0.12 if random.random() < 0.8 else 0.5
        self.turn = float(np.clip(random.normal(0, turn), -0.7, 0.7))
        # Metres from the middle of the own lane.
        self.shift = random.uniform(-0.6, 0.6)
        self.crossing = random.uniform(16, 55) if random.random() < 0.45 else None
        self.placed: list[Standing] = []
        self._taken = [_OWN_CAR]

    def place(self, figure: Figure, draw: Callable[[], tuple[float, float, float]]) -> None:
        """Places a figure, unless all places that are drawn are taken or out of sight.

        Args:
          figure: What to place.
          draw: Draws metres along the street, metres to the left of the own lane, and a heading
            relative to the street.
        """
        for _ in range(_TRIES):
            along, left, heading = draw()
            left += self.shift
            x = along * np.cos(self.turn) - left * np.sin(self.turn)
            y = along * np.sin(self.turn) + left * np.cos(self.turn)
            heading += self.turn
            out_of_sight = figure.label and (
                not _NEAREST <= x <= _FARTHEST or abs(np.arctan2(y, x)) > _SIDE
            )
            rectangle = (x, y, *(figure.footprint + _GAP), heading)
            if out_of_sight or overlap(rectangle, np.array(self._taken)).any():
                continue
            self._taken.append(rectangle)
            self.placed.append(Standing(figure, float(x), float(y), float(heading)))
            return


def overlap(rectangle: tuple[float, ...], others: np.ndarray) -> np.ndarray:
    """Returns which rectangles on the ground have more than an edge in common with one, bool
    [others]: those that no line along a side of either of the two separates.

    Args:
      rectangle: x, y, length, width, heading.
      others: [others, 5].
    """
    x, y, length, width, heading = rectangle
    away = others[:, :2] - (x, y)
    turn = others[:, 4] - heading
    cosine, sine = np.abs(np.cos(turn)), np.abs(np.sin(turn))
    half = np.array([length, width]) / 2
    other_half = others[:, 2:4] / 2
    result = np.ones(len(others), bool)
    for angles, mine, its in ((heading, half, other_half), (others[:, 4], other_half, half)):
        along = np.abs(away[:, 0] * np.cos(angles) + away[:, 1] * np.sin(angles))
        across = np.abs(away[:, 1] * np.cos(angles) - away[:, 0] * np.sin(angles))
        reach_along = its[..., 0] * cosine + its[..., 1] * sine
        reach_across = its[..., 0] * sine + its[..., 1] * cosine
        result &= (along < mine[..., 0] + reach_along) & (across < mine[..., 1] + reach_across)
    return result


def furnish(random: np.random.Generator) -> list[Standing]:
    """Returns what stands in a scene. No two figures overlap on the ground."""
    street = _Street(random)
    _place_walls(street)
    for _ in range(1 + random.poisson(7)):
        _place_vehicle(street, figures.make_car(random))
    for _ in range(random.poisson(0.7)):
        _place_vehicle(street, figures.make_van(random))
    for _ in range(random.poisson(3.5)):
        street.place(figures.make_cyclist(random), lambda: _cyclist_place(street))
    for _ in range(random.poisson(5)):
        street.place(figures.make_pedestrian(random), lambda: _pedestrian_place(street))
    makers = figures.make_pole, figures.make_tree, figures.make_bush
    for _ in range(random.poisson(12)):
        make = makers[random.choice(3, p=[0.4, 0.25, 0.35])]
        street.place(make(random), lambda: (_along(random), _pavement(random, 0.6), 0.0))
    return street.placed


def _along(random: np.random.Generator) -> float:
    """Draws metres ahead: more of them near, where there is more to learn."""
    return _NEAREST + (_FARTHEST - _NEAREST) * random.beta(1.1, 2.0)


def _pavement(random: np.random.Generator, margin: float) -> float:
    """Draws metres to the left of the own lane, on one of the pavements."""
    if random.random() < 0.5:
        return random.uniform(-9.0, -5.2 - margin)
    return random.uniform(8.7 + margin, 12.5)


def _place_walls(street: _Street) -> None:
    random = street.random
    for side in (-1, 1):
        distance = random.uniform(9.5, 14) + (3.5 if side > 0 else 0)
        for _ in range(random.integers(2, 7)):
            street.place(
                figures.make_wall(random),
                lambda side=side, distance=distance: (
                    random.uniform(0, 75),
                    side * (distance + random.uniform(0, 6)),
                    random.choice([0.0, _QUARTER], p=[0.85, 0.15]) + random.normal(0, 0.03),
                ),
            )


def _place_vehicle(street: _Street, vehicle: Figure) -> None:
    street.place(vehicle, lambda: _vehicle_place(street))


def _vehicle_place(street: _Street) -> tuple[float, float, float]:
    random = street.random
    kinds = ["own lane", "other lane", "parked right", "parked left", "crossing", "anywhere"]
    kind = random.choice(kinds, p=[0.18, 0.2, 0.22, 0.2, 0.1, 0.1])
    along = _along(random)
    if kind == "anywhere" or (kind == "crossing" and street.crossing is None):
        return along, random.uniform(-20, 22), random.uniform(-np.pi, np.pi)
    if kind == "crossing":
        side = random.choice([-1, 1])
        # They keep to the right, too.
        place = street.crossing + side * 1.8 + random.normal(0, 0.3)
        return place, random.uniform(-30, 30), side * _QUARTER + random.normal(0, 0.05)
    if kind == "own lane":
        return along + 4, random.normal(0, 0.3), random.normal(0, 0.04)
    if kind == "other lane":
        return along, 3.5 + random.normal(0, 0.3), np.pi + random.normal(0, 0.04)
    # Parked along the street, sometimes the wrong way, or at right angles to it.
    left = 6.4 if kind == "parked left" else -3.1
    heading = (np.pi if kind == "parked left" else 0.0) + random.normal(0, 0.05)
    if random.random() < 0.2:
        heading += np.pi
    if random.random() < 0.2:
        return along, left + np.sign(left) * 1.2, heading + random.choice([-1, 1]) * _QUARTER
    return along, left + random.normal(0, 0.15), heading


def _cyclist_place(street: _Street) -> tuple[float, float, float]:
    random = street.random
    along = _along(random)
    draw = random.random()
    if draw < 0.4:
        return along, random.normal(-1.7, 0.3), random.normal(0, 0.12)
    if draw < 0.75:
        return along, random.normal(5.0, 0.3), np.pi + random.normal(0, 0.12)
    if draw < 0.9:
        return along, _pavement(random, 0.0), random.choice([0, np.pi]) + random.normal(0, 0.15)
    return along, random.uniform(-10, 12), random.uniform(-np.pi, np.pi)


def _pedestrian_place(street: _Street) -> tuple[float, float, float]:
    random = street.random
    along = _along(random)
    draw = random.random()
    if draw < 0.6:
        return along, _pavement(random, 0.0), random.choice([0, np.pi]) + random.normal(0, 0.2)
    if draw < 0.75:
        # They cross the street.
        return along, random.uniform(-5, 8), random.choice([-1, 1]) * _QUARTER
    return along, random.uniform(-12, 14), random.uniform(-np.pi, np.pi)
