"""Where rays meet shapes: distances and angles worked out by hand."""

import numpy as np
import pytest
from frazo_tools.detection.simulation import shapes

MATTE = shapes.Material(0.5)
AHEAD = [1.0, 0, 0]
# 3-4-5: a ray that rises by 3 on the way to 4.
UP = [0.8, 0, 0.6]


def meet(shape, *rays, origin=(0, 0, 0)):
    distances, cosines = shape.meet(np.array(origin, float), np.array(rays, float))
    return list(zip(distances.tolist(), cosines.tolist(), strict=True))


def test_a_block_is_met_at_its_front_and_its_bottom():
    found = meet(shapes.block([4, -1, -1], [6, 1, 5], MATTE), AHEAD, UP, [-1, 0, 0], [0, 1, 0])
    assert found[0] == pytest.approx((4, 1))
    # At x = 4 and z = 3 it meets the front.
    assert found[1] == pytest.approx((5, 0.8))
    assert found[2:] == [(np.inf, 0), (np.inf, 0)]
    # From below: z = 3 is reached at x = 4.
    assert meet(shapes.block([2, -1, 3], [9, 1, 5], MATTE), UP)[0] == pytest.approx((5, 0.6))


def test_a_frustum_becomes_narrower_towards_its_top():
    # Its front goes back by 2 on the way from z = 0 to 4, its sides by 0.5 each.
    shape = shapes.frustum(np.array([-3, -1, 0]), np.array([3, 1, 4]), (2, 1, 0.5), MATTE)
    for height, front, behind in ((0.001, 3, 3), (2, 2, 2.5), (3.999, 1, 2)):
        (found,) = meet(shape, [-1, 0, 0], origin=(10, 0, height))
        assert found == pytest.approx((10 - front, 4 / np.hypot(4, 2)), abs=1e-2)
        (found,) = meet(shape, [1, 0, 0], origin=(-10, 0, height))
        assert found[0] == pytest.approx(10 - behind, abs=1e-2)
    (found,) = meet(shape, [0, -1, 0], origin=(0, 10, 2))
    assert found[0] == pytest.approx(9.25)
    (found,) = meet(shape, [0, 0, -1], origin=(0, 0, 10))
    assert found == pytest.approx((6, 1))
    assert meet(shape, [-1, 0, 0], origin=(10, 0, 4.01)) == [(np.inf, 0)]


def test_an_ellipsoid_is_met_where_its_equation_says():
    shape = shapes.ellipsoid(np.array([5.0, 0, 0]), (1, 2, 3), MATTE)
    assert meet(shape, AHEAD)[0] == pytest.approx((4, 1))
    # At y = 1: x = 5 - sqrt(1 - 1/4); the normal is (x / 1, y / 4).
    (found,) = meet(shape, AHEAD, origin=(0, 1, 0))
    x = np.sqrt(0.75)
    assert found == pytest.approx((5 - x, x / np.hypot(x, 0.25)))
    assert meet(shape, AHEAD, origin=(0, 2.01, 0)) == [(np.inf, 0)]


def test_an_ellipsoid_that_leans_has_its_top_in_front():
    lean = np.pi / 6
    shape = shapes.ellipsoid(np.zeros(3), (0.1, 0.1, 2), MATTE, lean=lean)
    top = 2 * np.array([np.sin(lean), 0, np.cos(lean)])
    (found,) = meet(shape, [0, -1, 0], origin=(*(0.99 * top[[0]]), 10, 0.99 * top[2]))
    assert np.isfinite(found[0])
    (found,) = meet(shape, [0, -1, 0], origin=(-0.99 * top[0], 10, 0.99 * top[2]))
    assert not np.isfinite(found[0])


def test_a_standing_cylinder_has_a_side_and_ends():
    shape = shapes.upright((5, 0), (1, 2), (0, 3), MATTE)
    assert meet(shape, AHEAD, origin=(0, 0, 1))[0] == pytest.approx((4, 1))
    assert meet(shape, AHEAD, origin=(0, 0, 3.01)) == [(np.inf, 0)]
    assert meet(shape, [0, 0, -1], origin=(5, 1.9, 10))[0] == pytest.approx((7, 1))
    assert meet(shape, [0, 0, -1], origin=(5.9, 1.9, 10)) == [(np.inf, 0)]
    # Down at an angle: z = 3 is reached at x = 4.5, within the end.
    (found,) = meet(shape, [0.8, 0, -0.6], origin=(0.5, 0, 6))
    assert found == pytest.approx((5, 0.6))


def test_a_wheel_turns_about_y():
    shape = shapes.wheel(np.array([5, 0, 1]), 1, 0.2, MATTE)
    assert meet(shape, AHEAD, origin=(0, 0, 1))[0] == pytest.approx((4, 1))
    assert meet(shape, [0, -1, 0], origin=(5.9, 3, 1))[0] == pytest.approx((2.9, 1))
    assert meet(shape, [0, 0, -1], origin=(5, 0.11, 9)) == [(np.inf, 0)]


def inside(shape, points):
    if isinstance(shape, shapes.Polyhedron):
        return (points @ shape.normals.T <= shape.offsets).all(1)
    local = (points - shape.center) @ shape.matrix.T
    if isinstance(shape, shapes.Ellipsoid):
        return (local**2).sum(1) <= 1
    return ((local[:, :2] ** 2).sum(1) <= 1) & (np.abs(local[:, 2]) <= 1)


@pytest.mark.parametrize(
    "shape",
    [
        shapes.frustum(np.array([3, -2, -1]), np.array([7, 1, 2]), (0.5, 1, 0.3), MATTE),
        shapes.ellipsoid(np.array([5, 0.3, 0.1]), (1, 2, 1.5), MATTE, lean=0.4),
        shapes.upright((5, 0.3), (1, 2), (-1, 1.5), MATTE),
        shapes.wheel(np.array([5, 0.3, 0.1]), 1.7, 1.1, MATTE),
    ],
)
def test_rays_enter_where_points_begin_to_be_inside(shape):
    random = np.random.default_rng(1)
    rays = random.normal([1, 0, 0], 0.3, [300, 3])
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    distances, _ = shape.meet(np.zeros(3), rays)
    assert 50 < np.isfinite(distances).sum() < 300
    steps = np.arange(0.005, 12, 0.01)
    for ray, distance in zip(rays, distances, strict=True):
        walked = inside(shape, steps[:, np.newaxis] * ray)
        if np.isfinite(distance):
            assert not walked[steps < distance - 1e-9].any()
            # What is thinner than a step may be stepped over.
            first = steps[walked][0] if walked.any() else distance
            assert first - distance < 0.0101
        else:
            assert not walked.any()
