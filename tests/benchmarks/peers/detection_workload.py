"""Boxes and points of a street, the same in every run, and how their geometry is timed."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

_REPETITIONS = 5


class Sizes(NamedTuple):
    """How much there is of each.

    Attributes:
      anchors, truths: boxes whose IoU is computed, each with each.
      candidates: boxes of which NMS keeps some.
      points: of a scan.
      centers: points that are far from each other, and have neighbours.
      neighbors: at most, of each centre.
    """

    anchors: int = 4096
    truths: int = 50
    candidates: int = 600
    points: int = 20_000
    centers: int = 512
    neighbors: int = 128


RADIUS = 2.75
IOU_THRESHOLD = 0.1


def make_boxes(count: int, seed: int) -> np.ndarray:
    """float32 [count, 7], cars on 80 by 80 metres."""
    draw = np.random.default_rng(seed)
    low = [0, 0, -1, 3.9, 1.6, 1.5, -3]
    high = [80, 80, 0, 4.9, 2.1, 1.7, 3]
    return draw.uniform(low, high, [count, 7]).astype(np.float32)


def make_scores(count: int) -> np.ndarray:
    """float32 [count], all different."""
    scores = np.random.default_rng(2).permutation(count)
    return ((scores + 1) / count).astype(np.float32)


def make_points(count: int) -> np.ndarray:
    """float32 [count, 3], dense near the sensor."""
    draw = np.random.default_rng(3)
    reach, angle = 70 * draw.uniform(size=count) ** 1.5, draw.uniform(-np.pi, np.pi, count)
    height = draw.uniform(-1.7, 1.3, count)
    return np.stack([reach * np.cos(angle), reach * np.sin(angle), height], 1).astype(np.float32)


def per_second(amount: int, work: Callable[[], object]) -> float:
    """How much of `amount` a call of `work` does in a second; the median of some, after one that is
    not counted.
    """
    work()
    seconds = []
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return amount / sorted(seconds)[_REPETITIONS // 2]
