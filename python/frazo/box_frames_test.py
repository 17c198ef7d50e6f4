"""Angles, corners and matrices, by hand."""

import math

import numpy as np
import pytest

from frazo import box_frames


def test_angles_are_wrapped_into_one_turn():
    np.testing.assert_allclose(
        box_frames.wrap_angle([3 * math.pi, -3 * math.pi, 4, -4, 0.5]),
        [-math.pi, -math.pi, 4 - 2 * math.pi, 2 * math.pi - 4, 0.5],
    )


def test_the_corners_begin_at_the_top_in_front_to_the_left():
    (corners,) = box_frames.box_corners([[10, 20, 30, 4, 2, 1, math.pi / 2]])
    # It points along y: its left is -x.
    np.testing.assert_allclose(
        corners[[0, 1, 2, 3, 4]],
        [[9, 22, 30.5], [9, 18, 30.5], [11, 18, 30.5], [11, 22, 30.5], [9, 22, 29.5]],
        atol=1e-12,
    )


def test_alpha_is_the_heading_along_the_line_of_sight():
    locations = np.array([[0.0, 0, 10], [10, 0, 10]])
    found = box_frames.observation_angles(locations, np.array([-math.pi / 2, -math.pi / 2]))
    assert found == pytest.approx([-math.pi / 2, -3 * math.pi / 4])


def test_a_rotation_and_a_heading_become_each_other():
    # Forward is the camera's -pi/2, left its -pi, which is the end of the range.
    found = box_frames.other_angle([0, math.pi / 2, 2])
    np.testing.assert_allclose(found, [-math.pi / 2, -math.pi, 1.5 * math.pi - 2])
    np.testing.assert_allclose(box_frames.other_angle(found), [0, math.pi / 2, 2])


def test_a_matrix_turns_and_moves_points():
    matrix = np.array([[0, -1, 0, 5], [1, 0, 0, 6], [0, 0, 2, 7.0]])
    found = box_frames.transform_points(matrix, np.array([[[1, 2, 3.0]]]))
    assert found.tolist() == [[[3, 7, 13]]]
