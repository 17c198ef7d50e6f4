"""What the objects of a simulated scan are made of.

A figure stands in its own frame: x forward, y left, z up, with the middle of its bottom face in the
origin. Front and back differ, so that headings can be learnt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from frazo_tools.detection.simulation.shapes import (
    Material,
    Shape,
    block,
    ellipsoid,
    frustum,
    upright,
    wheel,
)

# Boxes of labels are that much larger than the figure on each side, in metres: what the noise of the
# sensor moves is still inside, though sizes are rounded to centimetres.
BOX_MARGIN = 0.06

_GLASS = Material(0.08, loss=0.6)
_RUBBER = Material(0.06)
_SKIN = Material(0.4)
_METAL = Material(0.35)
_LAMP = Material(0.9)
_LEAVES = Material(0.35, loss=0.25)


class Figure(NamedTuple):
    """An object before it has a place.

    Attributes:
      label: A class of KITTI; empty for what has no label.
      size: Length, width and height in metres of a box around the shapes, [3].
      shapes: What it is made of.
      footprint: Length and width of the ground that nothing else may stand on, [2].
    """

    label: str
    size: np.ndarray
    shapes: list[Shape]
    footprint: np.ndarray


def make_car(random: np.random.Generator) -> Figure:
    """Returns a saloon, a hatchback or an off-road car."""
    style = random.choice(3, p=[0.4, 0.4, 0.2])
    means = ((4.4, 1.72, 1.45), (3.8, 1.62, 1.5), (4.5, 1.85, 1.75))[style]
    length, width, height = _sizes(random, means, (0.25, 0.07, 0.06))
    front, back, half = length / 2, -length / 2, width / 2
    paint = _paint(random)
    waist = height * random.uniform(0.54, 0.6)
    hood = random.uniform(0.22, 0.27) * length
    # Where the glass ends behind: a saloon has a boot.
    rear = back + length * (random.uniform(0.12, 0.18) if style == 0 else 0.02)
    shapes: list[Shape] = [
        frustum(
            np.array([back, -half, 0.18]),
            np.array([front, half, waist]),
            (0.12, 0.08, 0.04),
            paint,
        ),
        frustum(
            np.array([rear, -half + 0.06, waist - 0.01]),
            np.array([front - hood, half - 0.06, height - 0.06]),
            (0.16 * length, (0.1, 0.06, 0.05)[style] * length, 0.14),
            _GLASS,
        ),
    ]
    roof = (
        np.array([rear + 0.11 * length, -half + 0.2, height - 0.12]),
        np.array([front - hood - 0.16 * length, half - 0.2, height]),
    )
    shapes.append(block(*roof, paint))
    shapes += _wheels(front - 0.19 * length, back + 0.19 * length, half, 0.31)
    # Lamps: bright behind, in metal in front.
    shapes.append(
        block(
            np.array([front - 0.1, -half + 0.1, 0.4]), np.array([front, half - 0.1, 0.52]), _METAL
        )
    )
    for side in (-1, 1):
        low, high = sorted((side * half, side * (half - 0.28)))
        lamp = np.array([back, low, waist - 0.28]), np.array([back + 0.1, high, waist - 0.12])
        shapes.append(block(*lamp, _LAMP))
    return _figure("Car", (length, width, height), shapes)


def make_van(random: np.random.Generator) -> Figure:
    """Returns a delivery van: a box with a short slanted nose."""
    length, width, height = _sizes(random, (5.1, 1.95, 2.2), (0.3, 0.08, 0.15))
    front, back, half = length / 2, -length / 2, width / 2
    paint = _paint(random)
    nose = front - 0.16 * length
    shapes: list[Shape] = [
        frustum(
            np.array([back, -half, 0.22]),
            np.array([nose, half, height]),
            (0.1 * length, 0.03, 0.08),
            paint,
        ),
        frustum(
            np.array([nose - 0.1, -half, 0.22]),
            np.array([front, half, 0.5 * height]),
            (0.15, 0, 0.04),
            paint,
        ),
    ]
    shapes += _wheels(front - 0.18 * length, back + 0.2 * length, half, 0.34)
    return _figure("Van", (length, width, height), shapes)


def make_pedestrian(random: np.random.Generator) -> Figure:
    """Returns somebody who walks or stands, half of them with a bag on the back."""
    height = float(np.clip(random.normal(1.72, 0.1), 1.45, 2.0))
    build = random.uniform(0.9, 1.15)
    stride = random.choice([0.0, 1.0], p=[0.25, 0.75]) * random.uniform(0.1, 0.26)
    clothes, trousers = _cloth(random), _cloth(random)
    hip, shoulder = 0.48 * height, 0.83 * height
    chest = 0.13 * build, 0.21 * build
    shapes: list[Shape] = [
        upright((0.02, 0), chest, (hip - 0.05, shoulder), clothes),
        ellipsoid(np.array([0.05, 0, 0.925 * height]), (0.11, 0.09, 0.075 * height), _SKIN),
    ]
    for side in (-1, 1):
        foot = side * stride
        shapes.append(upright((foot, 0.1 * side), (0.075, 0.075), (0.0, hip), trousers))
        shapes.append(
            block(
                np.array([foot - 0.07, 0.1 * side - 0.05, 0.0]),
                np.array([foot + 0.2, 0.1 * side + 0.05, 0.09]),
                _RUBBER,
            )
        )
        # Arms swing against the legs.
        arm = -0.8 * foot + 0.03, side * (chest[1] + 0.06)
        shapes.append(upright(arm, (0.05, 0.05), (hip - 0.05, shoulder - 0.03), clothes))
    length = 2 * max(stride + 0.2, 0.3)
    if random.random() < 0.5:
        bag = np.array([-0.3, -0.15, hip + 0.1]), np.array([-0.05, 0.15, shoulder - 0.05])
        shapes.append(block(*bag, _cloth(random)))
        length = max(length, 0.6)
    return _figure("Pedestrian", (length, 2 * chest[1] + 0.22, height), shapes)


def make_cyclist(random: np.random.Generator) -> Figure:
    """Returns somebody on a bicycle, who leans towards the handlebar."""
    length = float(np.clip(random.normal(1.75, 0.06), 1.6, 1.9))
    height = float(np.clip(random.normal(1.72, 0.07), 1.5, 1.9))
    radius = 0.34
    clothes, trousers = _cloth(random), _cloth(random)
    reach = length / 2 - radius
    bar = reach - 0.12
    shapes: list[Shape] = [
        wheel(np.array([reach, 0, radius]), radius, 0.05, _RUBBER),
        wheel(np.array([-reach, 0, radius]), radius, 0.05, _RUBBER),
        block(np.array([-0.3, -0.03, 0.3]), np.array([bar, 0.03, 0.85]), _METAL),
        block(np.array([bar - 0.04, -0.27, 0.95]), np.array([bar + 0.04, 0.27, 1.02]), _METAL),
        ellipsoid(
            np.array([-0.08, 0, 0.67 * height]),
            (0.15, 0.2, 0.2 * height),
            clothes,
            lean=random.uniform(0.35, 0.7),
        ),
        ellipsoid(np.array([0.16, 0, 0.92 * height]), (0.12, 0.09, 0.075 * height), _SKIN),
        # A reflector under the saddle.
        block(np.array([-reach - 0.1, -0.04, 0.7]), np.array([-reach, 0.04, 0.78]), _LAMP),
    ]
    for side in (-1, 1):
        arm = np.array([0.05, side * 0.23 - 0.04, 0.95]), np.array([bar, side * 0.23 + 0.04, 1.2])
        shapes.append(block(*arm, clothes))
        knee = side * random.uniform(0.02, 0.12)
        shapes.append(upright((knee, 0.11 * side), (0.09, 0.07), (0.2, 0.55 * height), trousers))
    return _figure("Cyclist", (length, 0.56, height), shapes)


def make_pole(random: np.random.Generator) -> Figure:
    """Returns a lamp post, or a sign whose plate is bright."""
    height, radius = random.uniform(2.2, 7), random.uniform(0.05, 0.14)
    shapes: list[Shape] = [upright((0, 0), (radius, radius), (0, height), _METAL)]
    if random.random() < 0.3:
        plate = np.array([-0.03 - radius, -0.3, 1.7]), np.array([0.03 - radius, 0.3, 2.2])
        shapes.append(block(*plate, _LAMP))
        radius = 0.3
    return _without_label((2 * radius, 2 * radius, height), shapes)


def make_tree(random: np.random.Generator) -> Figure:
    """Returns a trunk with a crown."""
    trunk, middle = random.uniform(0.12, 0.28), random.uniform(3.8, 5.5)
    crown = random.uniform(1.2, 2.2)
    # Whatever stands below a crown keeps its place to itself.
    rise = min(crown, middle - 2.8)
    shapes: list[Shape] = [
        upright((0, 0), (trunk, trunk), (0, middle), Material(0.25)),
        ellipsoid(np.array([0, 0, middle]), (crown, crown, rise), _LEAVES),
    ]
    tree = _without_label((2 * crown, 2 * crown, middle + rise), shapes)
    return tree._replace(footprint=np.array([2 * trunk, 2 * trunk]))


def make_bush(random: np.random.Generator) -> Figure:
    """Returns a bush as high as people are."""
    radii = random.uniform(0.35, 0.9), random.uniform(0.35, 0.9), random.uniform(0.6, 1.7)
    size = 2 * radii[0], 2 * radii[1], radii[2]
    return _without_label(size, [ellipsoid(np.zeros(3), radii, _LEAVES)])


def make_wall(random: np.random.Generator) -> Figure:
    """Returns a piece of a house's front, a wall or a hedge."""
    kind = random.choice(3, p=[0.5, 0.3, 0.2])
    height = random.uniform(*((4, 9), (1, 2.2), (0.8, 1.8))[kind])
    size = (random.uniform(4, 14), random.uniform(0.2, 1.2), height)
    material = (Material(random.uniform(0.2, 0.6)), Material(random.uniform(0.2, 0.6)), _LEAVES)
    low, high = np.array(size) * [-0.5, -0.5, 0], np.array(size) * [0.5, 0.5, 1]
    return _without_label(size, [block(low, high, material[kind])])


# By label, the figures that have one.
MAKERS: dict[str, Callable[[np.random.Generator], Figure]] = {
    "Car": make_car,
    "Van": make_van,
    "Pedestrian": make_pedestrian,
    "Cyclist": make_cyclist,
}


def _figure(label: str, size: tuple[float, float, float], shapes: list[Shape]) -> Figure:
    around = np.array(size) + 2 * BOX_MARGIN
    return Figure(label, around, shapes, around[:2])


def _without_label(size: tuple[float, float, float], shapes: list[Shape]) -> Figure:
    return Figure("", np.array(size), shapes, np.array(size[:2]))


def _sizes(
    random: np.random.Generator, means: tuple[float, ...], deviations: tuple[float, ...]
) -> tuple[float, float, float]:
    # Nothing grows beyond what a person would call by this name.
    length, width, height = np.clip(random.normal(size=3), -2, 2) * deviations + means
    return float(length), float(width), float(height)


def _paint(random: np.random.Generator) -> Material:
    return Material(random.uniform(0.15, 0.7))


def _cloth(random: np.random.Generator) -> Material:
    return Material(random.uniform(0.1, 0.6))


def _wheels(front: float, back: float, half: float, radius: float) -> list[Shape]:
    return [
        wheel(np.array([x, side * (half - 0.1), radius]), radius, 0.2, _RUBBER)
        for x in (front, back)
        for side in (-1, 1)
    ]
