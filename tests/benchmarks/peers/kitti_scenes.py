"""Scenes with KITTI's labels and what a detector could have made of them, the same in every run."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

SCENES = 80
# The labels of scenes: Car, Van, Pedestrian, Person_sitting, Cyclist and DontCare.
CAR, VAN, PEDESTRIAN, PERSON_SITTING, CYCLIST, DONT_CARE = 1, 2, 4, 5, 6, 9
CLASSES = (CAR, PEDESTRIAN, CYCLIST)

_SIZES = {CAR: (4, 1.7, 1.5), VAN: (5, 2, 2.2), CYCLIST: (1.8, 0.6, 1.7)}
_PERSON = (0.8, 0.7, 1.7)
# In the middle of three measurements.
_REPETITIONS = 3


class Objects(NamedTuple):
    """Truths or detections of one scene.

    Attributes:
      boxes: [n, 7]; image_boxes: [n, 4]; labels, alphas: [n].
      truncations, occlusions: [n], of truths.
      scores: [n], of detections.
    """

    boxes: np.ndarray
    image_boxes: np.ndarray
    labels: np.ndarray
    alphas: np.ndarray
    truncations: np.ndarray
    occlusions: np.ndarray
    scores: np.ndarray


def make_scenes(count: int) -> list[tuple[Objects, Objects]]:
    """Scenes of 12 truths, of which 85 in 100 are found, and 8 false detections."""
    random = np.random.default_rng(1)
    labels = [CAR, VAN, PEDESTRIAN, PERSON_SITTING, CYCLIST, DONT_CARE]
    scenes = []
    for _ in range(count):
        truths = _make_objects(
            random, random.choice(labels, 12, p=[0.5, 0.1, 0.15, 0.05, 0.1, 0.1])
        )
        false = _make_objects(random, random.choice(CLASSES, 8))
        found = np.flatnonzero((random.random(12) < 0.85) & (truths.labels != DONT_CARE))
        near = Objects(*(values[found] for values in truths))
        near.labels[:] = np.choose(
            (near.labels == VAN) + 2 * (near.labels == PERSON_SITTING),
            [near.labels, CAR, PEDESTRIAN],
        )
        near.boxes[:] += random.normal(0, 0.06, near.boxes.shape)
        near.image_boxes[:] += random.normal(0, 2, near.image_boxes.shape)
        near.scores[:] = random.beta(4, 1.5, len(found))
        false.scores[:] = random.beta(1.5, 4, 8)
        detections = Objects(*(np.concatenate(pair) for pair in zip(near, false, strict=True)))
        truths.boxes[truths.labels == DONT_CARE] = [-1000, -1000, -1000, -1, -1, -1, -10]
        scenes.append((truths, detections))
    return scenes


def _make_objects(random: np.random.Generator, labels: np.ndarray) -> Objects:
    count = len(labels)
    places = random.uniform([5, -20, -1.2], [60, 20, -0.8], (count, 3))
    sizes = np.array([_SIZES.get(label, _PERSON) for label in labels], float)
    headings = random.uniform(-np.pi, np.pi, (count, 1))
    left, top = random.uniform(0, 1100, count), random.uniform(120, 180, count)
    widths, heights = random.uniform(20, 150, count), random.uniform(15, 120, count)
    return Objects(
        boxes=np.concatenate([places, sizes, headings], axis=1),
        image_boxes=np.stack([left, top, left + widths, top + heights], axis=1),
        labels=np.array(labels),
        alphas=random.uniform(-np.pi, np.pi, count),
        truncations=random.choice([0, 0, 0, 0.2, 0.4], count),
        occlusions=random.choice([0, 0, 0, 1, 2, 3], count),
        scores=np.zeros(count),
    )


def scenes_per_second(score: Callable[[list[tuple[Objects, Objects]]], np.ndarray]) -> float:
    """The scenes that `score`, which returns average precisions, takes in a second."""
    scenes = make_scenes(SCENES)
    seconds = []
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        precisions = score(scenes)
        seconds.append(time.perf_counter() - started)
        assert (precisions > 0).all()
    return SCENES / sorted(seconds)[_REPETITIONS // 2]
