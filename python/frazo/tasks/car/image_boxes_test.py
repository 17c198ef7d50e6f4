import math

import numpy as np
from frazo.tasks.car.image_boxes import image_boxes

# x forward, y left, z up: the pixel is (500 - 100 y / x, 200 - 100 z / x).
_CAMERA = np.array([500, -100, 0, 0, 200, 0, -100, 0, 1, 0, 0, 0])
_SIZE = np.array([1000, 400])


def seen(*boxes):
    return image_boxes(np.array(boxes), _CAMERA, _SIZE)


def test_a_box_in_the_middle():
    # Its near side is 10 m ahead; it is 2 m wide and high there: +-100 / 10 pixels.
    found = seen([12, 0, 0, 4, 2, 2, 0])
    np.testing.assert_allclose(found.edges, [[490, 190, 510, 210]])
    np.testing.assert_allclose(found.visible_shares, [1])


def test_a_turned_box_shows_its_length():
    found = seen([11, 0, 0, 4, 2, 2, math.pi / 2])
    np.testing.assert_allclose(found.edges, [[480, 190, 520, 210]])


def test_a_box_at_the_edge_is_cut():
    # Flat: from y = 49 to 51 at x = 10, and nearly no length: 5.1 and 4.9 m a metre to the left.
    found = seen([10, 50, 0, 1e-9, 2, 2, 0])
    np.testing.assert_allclose(found.edges, [[0, 190, 10, 210]], atol=1e-5)
    np.testing.assert_allclose(found.visible_shares, [0.5], rtol=1e-5)


def test_what_is_not_in_front_of_the_camera_is_not_seen():
    found = seen([-12, 0, 0, 4, 2, 2, 0], [1, 0, 0, 4, 2, 2, 0], [12, 500, 0, 4, 2, 2, 0])
    np.testing.assert_array_equal(found.visible_shares, [0, 0, 0])
    np.testing.assert_array_equal(found.edges[:2], np.zeros([2, 4]))


def test_no_box():
    found = image_boxes(np.zeros([0, 7]), _CAMERA, _SIZE)
    assert found.edges.shape == (0, 4)
    assert found.visible_shares.shape == (0,)
