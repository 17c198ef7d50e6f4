"""What stands in a street does not overlap."""

import collections

import numpy as np
import pytest
from frazo_tools.detection.simulation.street import furnish, overlap


def test_rectangles_overlap_unless_a_line_separates_them():
    rectangle = 0, 0, 4, 2, 0
    others = np.array(
        [
            [0, 0, 1, 1, 0.3],
            [4.01, 0, 4, 2, 0],
            [3.99, 0, 4, 2, 0],
            [0, 2.01, 4, 2, np.pi],
            [3, 0, 4, 1.98, np.pi / 2],
            [3, 0, 4, 2.02, np.pi / 2],
            # Its corner is at x = 3 - sqrt(2) / 2 = 2.29.
            [3, 0, 1, 1, np.pi / 4],
            [2.7, 0, 1, 1, np.pi / 4],
        ]
    )
    expected = [True, False, True, False, False, True, False, True]
    assert overlap(rectangle, others).tolist() == expected


def test_overlaps_agree_with_polygons_drawn_by_points():
    random = np.random.default_rng(1)
    grid = np.stack(np.meshgrid(np.linspace(-4, 4, 161), np.linspace(-4, 4, 161)), -1).reshape(
        -1, 2
    )

    def covered(rectangle):
        x, y, length, width, heading = rectangle
        away = grid - [x, y]
        along = away @ [np.cos(heading), np.sin(heading)]
        across = away @ [-np.sin(heading), np.cos(heading)]
        return np.stack([np.abs(along) - length / 2, np.abs(across) - width / 2]).max(0)

    for _ in range(200):
        one, two = random.uniform([-2, -2, 0.5, 0.5, -4], [2, 2, 3, 3, 4], [2, 5])
        depth = np.maximum(covered(one), covered(two)).min()
        # The grid does not tell what happens within a step.
        if abs(depth) > 0.1:
            assert overlap(tuple(one), two[np.newaxis])[0] == (depth < 0)


@pytest.mark.parametrize("seed", range(20))
def test_no_two_things_stand_on_the_same_ground(seed):
    standing = furnish(np.random.default_rng(seed))
    rectangles = np.array(
        [[each.x, each.y, *each.figure.footprint, each.heading] for each in standing]
    )
    for number, rectangle in enumerate(rectangles[:-1]):
        assert not overlap(tuple(rectangle), rectangles[number + 1 :]).any()


def test_all_kinds_and_all_headings_occur():
    counts = collections.Counter()
    headings = []
    for seed in range(60):
        for each in furnish(np.random.default_rng(seed)):
            counts[each.figure.label] += 1
            if each.figure.label:
                headings.append(each.heading % (2 * np.pi))
                assert each.x >= 6
    assert min(counts[name] for name in ("Car", "Van", "Pedestrian", "Cyclist", "")) > 20
    histogram, _ = np.histogram(headings, 12, (0, 2 * np.pi))
    assert (histogram > 0.01 * len(headings)).all()
