"""Figures fit into their boxes, and differ in front and behind."""

import numpy as np
import pytest
from frazo_tools.detection.simulation import figures

EVERYTHING = {
    **figures.MAKERS,
    "pole": figures.make_pole,
    "tree": figures.make_tree,
    "bush": figures.make_bush,
    "wall": figures.make_wall,
}


def surface(figure, count=4000):
    """Returns points on the figure, seen from all sides."""
    random = np.random.default_rng(2)
    middle = np.array([0, 0, figure.size[2] / 2])
    radius = np.linalg.norm(figure.size) + 1
    found = []
    for _ in range(8):
        away = random.normal(size=3)
        away[2] = abs(away[2])
        origin = middle + radius * away / np.linalg.norm(away)
        targets = middle + random.uniform(-0.6, 0.6, [count // 8, 3]) * figure.size
        rays = targets - origin
        rays /= np.linalg.norm(rays, axis=1, keepdims=True)
        distances = np.min([shape.meet(origin, rays)[0] for shape in figure.shapes], 0)
        hit = np.isfinite(distances)
        found.append(origin + rays[hit] * distances[hit][:, np.newaxis])
    return np.concatenate(found)


@pytest.mark.parametrize("name", EVERYTHING)
def test_a_figure_lies_in_its_box(name):
    margin = figures.BOX_MARGIN if name in figures.MAKERS else 0
    for seed in range(20):
        figure = EVERYTHING[name](np.random.default_rng(seed))
        points = surface(figure)
        assert len(points) > 100
        half = figure.size[:2] / 2 - margin
        assert (np.abs(points[:, :2]) <= half + 1e-6).all()
        height = figure.size[2] - 2 * margin
        # A bush has a lower half, which is in the ground.
        assert points[:, 2].max() <= height + 1e-6
        if name != "bush":
            assert points[:, 2].min() >= -1e-6
        assert (figure.footprint <= figure.size[:2] + 1e-9).all()


@pytest.mark.parametrize("name", figures.MAKERS)
def test_a_box_is_not_much_larger_than_the_figure(name):
    for seed in range(5):
        figure = figures.MAKERS[name](np.random.default_rng(seed))
        assert figure.label == name
        reach = surface(figure, 20000).max(0)
        slack = figure.size * [0.5, 0.5, 1] - reach
        # Somebody who stands has no foot as far ahead as behind.
        assert (slack < [0.2, 0.16, 0.2]).all()


@pytest.mark.parametrize("name", ["Car", "Van", "Cyclist"])
def test_front_and_back_differ(name):
    figure = figures.MAKERS[name](np.random.default_rng(3))
    points = surface(figure, 40000)
    edges = np.linspace(-1, 1, 21) * (figure.size[0] / 2 - figures.BOX_MARGIN)
    places = np.digitize(points[:, 0], edges[1:-1])
    profile = np.array([points[places == place][:, 2].max() for place in range(20)])
    assert np.abs(profile - profile[::-1]).max() > 0.15
