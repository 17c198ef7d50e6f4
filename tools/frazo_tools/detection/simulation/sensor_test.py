"""The sensor in worlds of a few shapes."""

import numpy as np
import pytest
from frazo_tools.detection.simulation import sensor
from frazo_tools.detection.simulation.shapes import Material, block

FLAT = sensor.Ground(0, 0)
WHITE = Material(0.9)


def measure(*bodies, ground=FLAT, seed=0):
    return sensor.sweep(ground, bodies, np.random.default_rng(seed))


def wall(x, half_width=2.0, height=3.0, material=WHITE, heading=0.0):
    shape = block([-0.5, -half_width, 0], [0.5, half_width, height], material)
    size = np.array([1, 2 * half_width, height])
    return sensor.Body(np.array([x, 0, -sensor.HEIGHT]), heading, size, [shape])


def test_the_beams_are_those_of_the_sensor_of_kitti():
    degrees = np.rad2deg(sensor.ELEVATIONS)
    assert len(degrees) == 64
    np.testing.assert_allclose(degrees[[0, 1, 31, 32, 63]], [2, 5 / 3, -25 / 3, -53 / 6, -73 / 3])


def test_the_ground_is_where_its_slope_says():
    ground = sensor.Ground(0.02, -0.01)
    points = measure(ground=ground).points
    # The steepest beam meets level ground at HEIGHT / tan(73/3 degrees) = 3.83 m.
    assert np.hypot(points[:, 0], points[:, 1]).min() == pytest.approx(3.83, abs=0.3)
    expected = [ground.z(x, y) for x, y in points[:, :2]]
    assert np.abs(points[:, 2] - expected).max() <= sensor.MOST_NOISE
    assert (np.abs(np.arctan2(points[:, 1], points[:, 0])) < np.pi / 4 + 1e-3).all()
    assert points.dtype == np.float32


def test_a_wall_has_as_many_points_as_rays_meet_it_and_casts_a_shadow():
    # Its front is 9.5 m ahead. Columns: 2 atan(2 / 9.5) / 0.18 degrees = 132.1. Beams: from the top
    # at atan(1.27 / 9.5) = 7.6 degrees up, so all above the ground's, down to -10.3 degrees: 32 of
    # the upper half, and -8.83, -9.33, -9.83 of the lower.
    measured = measure(wall(10))
    expected = 35 * 132
    assert measured.alone[0] == pytest.approx(expected, rel=0.02)
    assert measured.visible[0] == measured.alone[0]
    on_wall = measured.points[measured.bodies == 0]
    assert len(on_wall) == pytest.approx(0.98 * measured.visible[0], rel=0.01)
    assert np.abs(on_wall[:, 0] - 9.5).max() <= sensor.MOST_NOISE + 1e-3
    behind = measured.points[measured.bodies == -1]
    shadow = (behind[:, 0] > 11) & (np.abs(behind[:, 1]) < 0.15 * behind[:, 0])
    assert not shadow.any()


def test_what_stands_in_front_hides_what_is_behind():
    measured = measure(wall(10, half_width=1), wall(20))
    assert measured.visible[1] < 0.6 * measured.alone[1]
    hidden = measure(wall(20), wall(10, half_width=3))
    assert hidden.visible[0] == 0 < hidden.alone[0]


def test_a_flat_angle_and_a_dark_surface_send_less_light_back():
    bright, dark = measure(wall(10)), measure(wall(10, material=Material(0.1)))
    slanting = measure(wall(10, heading=np.pi / 3))
    level = [each.points[each.bodies == 0][:, 3].mean() for each in (bright, dark, slanting)]
    # 0.9 and 0.1 at nearly right angles; 0.9 (0.3 + 0.7 / 2) at 60 degrees.
    assert level[:2] == pytest.approx([0.88, 0.1], abs=0.03)
    assert level[2] < 0.75
    assert bright.points[:, 3].min() >= 0
    assert bright.points[:, 3].max() <= 0.99
    far = measure(wall(90, half_width=8, material=Material(0.02)))
    assert (far.bodies == 0).sum() < 0.2 * far.visible[0]


def test_glass_lets_most_light_through():
    measured = measure(wall(10, material=Material(0.9, loss=0.6)))
    assert (measured.bodies == 0).sum() == pytest.approx(0.39 * measured.visible[0], rel=0.05)


def test_a_window_of_rays_misses_nothing():
    random = np.random.default_rng(5)
    azimuths = np.pi / 4 - np.arange(sensor.COLUMNS) * np.pi / 2 / sensor.COLUMNS
    rays = sensor._rays(azimuths)
    for _ in range(50):
        size = random.uniform([0.3, 0.3, 0.5], [12, 3, 6])
        angle, distance = random.uniform(-1, 1), random.uniform(7, 40)
        place = distance * np.array([np.cos(angle), np.sin(angle)])
        shape = block(-size * [0.5, 0.5, 0], size * [0.5, 0.5, 1], WHITE)
        body = sensor.Body(
            np.array([*place, random.uniform(-2, 1)]), random.uniform(-4, 4), size, [shape]
        )
        window = np.zeros(rays.shape[:2], bool)
        window[sensor._window(body, azimuths)] = True
        cosine, sine = np.cos(body.heading), np.sin(body.heading)
        turned = np.array([[cosine, sine, 0], [-sine, cosine, 0], [0, 0, 1]])
        distances, _ = shape.meet(turned @ -body.position, (rays @ turned.T).reshape(-1, 3))
        hits = np.isfinite(distances).reshape(window.shape)
        assert not (hits & ~window).any()


def test_the_same_seed_gives_the_same_points():
    one, two, other = measure(wall(10)), measure(wall(10)), measure(wall(10), seed=1)
    np.testing.assert_array_equal(one.points, two.points)
    assert len(one.points) != len(other.points) or (one.points != other.points).any()
