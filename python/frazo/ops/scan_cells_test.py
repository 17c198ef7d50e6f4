"""Cells of scans, beside what plain TensorFlow finds."""

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format

from frazo import ops
from frazo.proto import prepare_scene_pb2


def config(text):
    return text_format.Parse(text, prepare_scene_pb2.PrepareScene()).SerializeToString()


CLOSEST = config("centers { count: 5 } neighbors { count: 6 radius: 2 sampling: CLOSEST }")


def scans(batch=2, points=200):
    generator = np.random.default_rng(3)
    places = generator.uniform([-5, -5, -1], [5, 5, 1], [batch, points, 3])
    features = generator.uniform(0, 1, [batch, points, 2])
    return np.concatenate([places, features], -1).astype(np.float32)


def test_neighbours_are_the_closest_points():
    points = scans()
    cells = ops.scan_cells(points, [200, 120], CLOSEST)
    assert cells.neighbors.shape == (2, 5, 6, 5)
    for scan, length in enumerate([200, 120]):
        own = points[scan, :length]
        for center, neighbors, count in zip(*(each[scan].numpy() for each in cells), strict=True):
            assert center[2] == 0
            assert (np.abs(own[:, :2] - center[:2]).max(1) < 1e-6).any()
            away = np.concatenate([own[:, :3] - center, own[:, 3:]], 1)
            negative, order = tf.math.top_k(-tf.norm(away[:, :3], axis=1), 6)
            assert count == int(tf.reduce_sum(tf.cast(negative >= -2, tf.int32)))
            np.testing.assert_allclose(neighbors[:count], away[order][:count], atol=1e-6)
            assert not neighbors[count:].any()


def test_centres_are_far_from_each_other():
    points = scans(1)
    centers = ops.scan_cells(points, [200], CLOSEST).centers[0].numpy()[:, :2]
    for number in range(1, 5):
        distances = tf.norm(points[0, :, tf.newaxis, :2] - centers[:number], axis=-1)
        nearest = tf.reduce_min(distances, 1)
        own = np.linalg.norm(centers[number] - centers[:number], axis=-1).min()
        np.testing.assert_allclose(own, tf.reduce_max(nearest), rtol=1e-5)


def test_the_seed_decides_the_draws():
    uniform = config("centers { count: 5 } neighbors { count: 6 radius: 9 }")
    first, again, other = (
        ops.scan_cells(scans(1), [200], uniform, seed=seed).neighbors for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_only_what_the_camera_sees_is_a_centre():
    seen = config("centers { count: 3 in_image: true } neighbors { count: 1 radius: 1 }")
    points = np.array([[[10, 0, 0], [10, 30, 0], [-10, 0, 0]]], np.float32)
    # u = 50 - 50 y / x, v = 50 - 50 z / x.
    matrix = [[50, -50, 0, 0, 50, 0, -50, 0, 1, 0, 0, 0]]
    camera = ops.ScanCamera(tf.constant(matrix, tf.float32), tf.constant([[100, 100]]))
    cells = ops.scan_cells(points, [3], seen, camera=camera)
    np.testing.assert_array_equal(cells.neighbor_counts, [[1, 0, 0]])
    np.testing.assert_array_equal(cells.centers[0, 0], [10, 0, 0])
    assert not ops.scan_cells(points, [3], seen).neighbor_counts.numpy().any()


def test_points_that_are_no_numbers_are_left_out():
    points = np.array([[[np.nan, 0, 0], [1, np.inf, 0], [3, 0, 0]]], np.float32)
    cells = ops.scan_cells(points, [3], CLOSEST)
    np.testing.assert_array_equal(cells.neighbor_counts, [[1, 0, 0, 0, 0]])


def test_a_length_beyond_the_points_is_refused():
    with pytest.raises(tf.errors.InvalidArgumentError, match="row 1: the length is 201"):
        ops.scan_cells(scans(), [200, 201], CLOSEST)


def test_steps_leave_points_out_and_others_are_refused():
    near = config(
        "centers { count: 5 } neighbors { count: 6 radius: 2 } steps { keep_range { max_x: 2 } }"
    )
    points = np.array([[[1, 0, 0], [3, 0, 0]]], np.float32)
    cells = ops.scan_cells(points, [2], near)
    np.testing.assert_array_equal(cells.neighbor_counts, [[1, 0, 0, 0, 0]])
    flips = config("centers { count: 5 } neighbors { count: 6 radius: 2 } steps { random_flip {} }")
    with pytest.raises(
        tf.errors.InvalidArgumentError, match=r"config.steps\[0\]: random_flip draws at random"
    ):
        ops.scan_cells(points, [2], flips)
