"""KITTI's average precision in NumPy: overlaps of all pairs of a scene at once, then the official
kit's rules (evaluate_object.cpp) with arrays for each truth.

usage: numpy_kitti_scores.py
"""

import numpy as np
from figures import print_figures
from kitti_scenes import (
    CAR,
    CLASSES,
    CYCLIST,
    DONT_CARE,
    PEDESTRIAN,
    PERSON_SITTING,
    VAN,
    Objects,
    scenes_per_second,
)

_MIN_OVERLAPS = {CAR: 0.7, PEDESTRIAN: 0.5, CYCLIST: 0.5}
_NEIGHBOURS = {CAR: VAN, PEDESTRIAN: PERSON_SITTING, CYCLIST: None}
_MIN_HEIGHTS = (40, 25, 25)
_MAX_OCCLUSIONS = (0, 1, 2)
_MAX_TRUNCATIONS = (0.15, 0.3, 0.5)
_POINTS = 41


def score(scenes: list[tuple[Objects, Objects]]) -> np.ndarray:
    """Average precision at 40 points, percent: [classes, difficulties, views]."""
    overlaps = [_overlaps(truths, detections) for truths, detections in scenes]
    return np.array(
        [
            [
                [
                    _score_of(scenes, [o[view] for o in overlaps], label, difficulty, view == 0)
                    for view in range(3)
                ]
                for difficulty in range(3)
            ]
            for label in CLASSES
        ]
    )


def _score_of(scenes, overlaps, label, difficulty, is_image) -> float:
    cases = [
        _Case(truths, detections, table, label, difficulty, is_image)
        for (truths, detections), table in zip(scenes, overlaps, strict=True)
    ]
    truth_count = sum(int((case.truth_kinds == 0).sum()) for case in cases)
    scores = np.sort(np.concatenate([case.hit_scores() for case in cases]))[::-1]
    precisions = np.zeros(_POINTS)
    for point, threshold in enumerate(_thresholds(scores, truth_count)):
        hits, false = np.sum([case.count(threshold) for case in cases], axis=0)
        precisions[point] = hits / max(hits + false, 1)
    precisions = np.maximum.accumulate(precisions[::-1])[::-1]
    return 100 * precisions[1:].mean()


def _thresholds(scores: np.ndarray, truths: int) -> list[float]:
    chosen, recall = [], 0.0
    for i, value in enumerate(scores):
        left, right = (i + 1) / truths, (i + 2) / truths
        if i < len(scores) - 1 and right - recall < recall - left:
            continue
        chosen.append(value)
        recall += 1 / (_POINTS - 1)
    return chosen


class _Case:
    """One scene, for one class, difficulty and view."""

    def __init__(self, truths, detections, overlaps, label, difficulty, is_image):
        heights = truths.image_boxes[:, 3] - truths.image_boxes[:, 1]
        is_hard = (
            (truths.occlusions > _MAX_OCCLUSIONS[difficulty])
            | (truths.truncations > _MAX_TRUNCATIONS[difficulty])
            | (heights <= _MIN_HEIGHTS[difficulty])
        )
        of_class = truths.labels == label
        is_neighbour = truths.labels == _NEIGHBOURS[label]
        # 0 counts, 1 is ignored.
        self.truth_kinds = np.where(of_class & ~is_hard, 0, 1)[of_class | is_neighbour]
        heights = np.floor(detections.image_boxes[:, 3] - detections.image_boxes[:, 1])
        is_low = heights < _MIN_HEIGHTS[difficulty]
        kept = is_low | (detections.labels == label)
        self._kinds = np.where(is_low, 1, 0)[kept]
        self._scores = detections.scores[kept]
        table = overlaps[of_class | is_neighbour][:, kept]
        self._overlaps = np.where(table > _MIN_OVERLAPS[label], table, 0)
        self._is_excused = np.zeros(len(self._kinds), bool)
        if is_image:
            areas = truths.image_boxes[truths.labels == DONT_CARE]
            boxes = detections.image_boxes[kept]
            shares = _image_intersections(boxes, areas) / _areas(boxes)[:, None]
            self._is_excused = (shares > _MIN_OVERLAPS[label]).any(axis=1)

    def hit_scores(self) -> np.ndarray:
        """Each truth takes the best score."""
        scores = []
        is_free = np.ones(len(self._kinds), bool)
        for kind, row in zip(self.truth_kinds, self._overlaps, strict=True):
            candidates = np.flatnonzero((row > 0) & is_free)
            if len(candidates) == 0:
                continue
            chosen = candidates[np.argmax(self._scores[candidates])]
            is_free[chosen] = False
            if kind == 0 and self._kinds[chosen] == 0:
                scores.append(self._scores[chosen])
        return np.array(scores)

    def count(self, threshold: float) -> tuple[int, int]:
        """Hits and false positives, if each truth takes the greatest overlap."""
        hits = 0
        is_above = self._scores >= threshold
        is_free = is_above.copy()
        for kind, row in zip(self.truth_kinds, self._overlaps, strict=True):
            candidates = np.flatnonzero((row > 0) & is_free)
            if len(candidates) == 0:
                continue
            counting = candidates[self._kinds[candidates] == 0]
            chosen = counting[np.argmax(row[counting])] if len(counting) else candidates[0]
            is_free[chosen] = False
            hits += kind == 0 and self._kinds[chosen] == 0
        return hits, int((is_free & (self._kinds == 0) & ~self._is_excused).sum())


def _overlaps(truths: Objects, detections: Objects) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """[truths, detections] in the image, from above, and in space."""
    common = _image_intersections(truths.image_boxes, detections.image_boxes)
    both = _areas(truths.image_boxes)[:, None] + _areas(detections.image_boxes)
    image = common / (both - common)
    a, b = truths.boxes[:, None], detections.boxes[None]
    distances = np.hypot(a[..., 0] - b[..., 0], a[..., 1] - b[..., 1])
    reach = np.hypot(a[..., 3], a[..., 4]) / 2 + np.hypot(b[..., 3], b[..., 4]) / 2
    rows, columns = np.nonzero(distances < reach)
    ground = np.zeros(distances.shape)
    ground[rows, columns] = _ground_intersections(truths.boxes[rows], detections.boxes[columns])
    tops = np.minimum(a[..., 2] + a[..., 5] / 2, b[..., 2] + b[..., 5] / 2)
    bottoms = np.maximum(a[..., 2] - a[..., 5] / 2, b[..., 2] - b[..., 5] / 2)
    volumes = ground * np.maximum(tops - bottoms, 0)
    flat = a[..., 3] * a[..., 4] + b[..., 3] * b[..., 4]
    full = a[..., 3] * a[..., 4] * a[..., 5] + b[..., 3] * b[..., 4] * b[..., 5]
    return image, ground / (flat - ground), volumes / (full - volumes)


def _areas(boxes: np.ndarray) -> np.ndarray:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _image_intersections(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.maximum(high - low, 0).prod(axis=-1)


def _corners(boxes: np.ndarray) -> np.ndarray:
    """[n, 4, 2], counter-clockwise."""
    cosines, sines = np.cos(boxes[:, 6]), np.sin(boxes[:, 6])
    along = np.stack([cosines, sines], axis=1) * boxes[:, 3:4] / 2
    across = np.stack([-sines, cosines], axis=1) * boxes[:, 4:5] / 2
    offsets = [along + across, across - along, -along - across, along - across]
    return boxes[:, None, :2] + np.stack(offsets, axis=1)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def _ground_intersections(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The areas that pairs of boxes [n, 7] share, seen from above: the hull of the corners of each
    within the other and of the points where sides cross.
    """
    corners = [_corners(a), _corners(b)]
    sides = [np.roll(c, -1, axis=1) - c for c in corners]
    points, is_real = [], []
    for own, other, side in ((0, 1, sides[1]), (1, 0, sides[0])):
        offsets = corners[own][:, :, None] - corners[other][:, None]
        points.append(corners[own])
        is_real.append((_cross(side[:, None], offsets) >= 0).all(axis=2))
    offsets = corners[1][:, None] - corners[0][:, :, None]
    slopes = _cross(sides[0][:, :, None], sides[1][:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        first = _cross(offsets, sides[1][:, None]) / slopes
        second = _cross(offsets, sides[0][:, :, None]) / slopes
        crossings = corners[0][:, :, None] + first[..., None] * sides[0][:, :, None]
        cross = (first >= 0) & (first <= 1) & (second >= 0) & (second <= 1) & (slopes != 0)
    points.append(np.where(cross[..., None], crossings, 0).reshape(len(a), 16, 2))
    is_real.append(cross.reshape(len(a), 16))
    return _hull_areas(np.concatenate(points, axis=1), np.concatenate(is_real, axis=1))


def _hull_areas(points: np.ndarray, is_real: np.ndarray) -> np.ndarray:
    """The areas of convex polygons, of whose points [n, k, 2] only those are real that are on the
    edge.
    """
    counts = is_real.sum(axis=1)
    middles = (points * is_real[..., None]).sum(axis=1) / np.maximum(counts, 1)[:, None]
    offsets = points - middles[:, None]
    angles = np.where(is_real, np.arctan2(offsets[..., 1], offsets[..., 0]), np.inf)
    order = np.argsort(angles, axis=1)
    offsets = np.take_along_axis(offsets, order[..., None], axis=1)
    is_real = np.take_along_axis(is_real, order, axis=1)
    # What is not real repeats the first point.
    offsets = np.where(is_real[..., None], offsets, offsets[:, :1])
    areas = _cross(offsets, np.roll(offsets, -1, axis=1)).sum(axis=1) / 2
    return np.where(counts >= 3, areas, 0)


if __name__ == "__main__":
    print_figures(rate=scenes_per_second(score))
