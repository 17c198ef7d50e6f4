"""Geometry in a graph: numbers by hand, twins in TensorFlow and NumPy, and what is refused."""

import math

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import ops
from frazo.neighbor_choice import NeighborChoice

ERROR = tf.errors.InvalidArgumentError


def random_boxes(seed, shape, headings=True):
    """Boxes that often overlap."""
    draw = np.random.default_rng(seed)
    center = draw.uniform(-4, 4, [*shape, 3]) * [1, 1, 0.2]
    size = draw.uniform(0.5, 4, [*shape, 3])
    heading = draw.uniform(-4, 4, [*shape, 1]) * headings
    return np.concatenate([center, size, heading], -1).astype(np.float32)


def random_points(seed, shape, features=1):
    return np.random.default_rng(seed).uniform(-3, 3, [*shape, 3 + features]).astype(np.float32)


def test_farthest_points_of_a_line():
    line = np.zeros([2, 6, 3], np.float32)
    line[:, :, 0] = range(6)
    chosen = ops.farthest_points(line, [6, 3], 4, seed=1)
    assert chosen.counts.numpy().tolist() == [4, 3]
    assert sorted(chosen.indices[1, :3].numpy()) == [0, 1, 2]
    assert chosen.indices[1, 3] == -1
    first = chosen.indices[0, 0]
    assert chosen.indices[0, 1] == (5 if first < 3 else 0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 200), st.integers(1, 40))
def test_farthest_points_are_the_twins(seed, points, count):
    rows = random_points(seed, [1, points])
    z = rows[0, :, 2]
    chosen = ops.farthest_points(rows, [points], count, seed=seed, z_min=-1, z_max=2)
    allowed = (z >= -1) & (z <= 2)
    number = int(chosen.counts[0])
    assert number == min(count, allowed.sum())
    indices = chosen.indices[0, :number].numpy()
    assert allowed[indices].all()
    # By all distances, in TensorFlow.
    place = tf.constant(rows[0, :, :2], tf.float64)
    distances = tf.reduce_sum((place[:, None] - place[None]) ** 2, -1)
    for i in range(1, number):
        nearest = tf.reduce_min(tf.gather(distances, indices[:i], axis=1), 1)
        open_ = tf.where(allowed, nearest, -1)
        open_ = tf.tensor_scatter_nd_update(open_, indices[:i, None], [-1.0] * i)
        assert tf.argmax(open_) == indices[i]


def test_uniform_points_are_drawn_without_putting_back():
    rows = random_points(1, [2, 50])
    rows[0, 7] = math.nan
    chosen = ops.uniform_points(rows, [50, 4], 49, seed=tf.constant([1, 2]))
    assert chosen.counts.numpy().tolist() == [49, 4]
    assert sorted(chosen.indices[0].numpy()) == [i for i in range(50) if i != 7]
    again = ops.uniform_points(rows, [50, 4], 49, seed=tf.constant([1, 2]))
    np.testing.assert_array_equal(chosen.indices, again.indices)
    other = ops.uniform_points(rows, [50, 4], 49, seed=3)
    assert (chosen.indices[0] != other.indices[0]).numpy().any()


def test_closest_neighbors_are_those_of_top_k():
    points, centers = random_points(3, [2, 400], features=2), random_points(4, [2, 30], features=0)
    gathered = ops.gather_neighbors(
        points, [400, 100], centers, [30, 5], NeighborChoice(1.5, 8, "closest"), seed=0
    )
    assert gathered.neighbors.shape == [2, 30, 8, 5]
    for row, (length, real) in enumerate([(400, 30), (100, 5)]):
        offsets = tf.cast(points[row, None, :length, :3], tf.float64) - centers[row, :, None]
        distances = tf.reduce_sum(offsets**2, -1)
        closest, indices = tf.math.top_k(-distances, 8)
        within = (-closest <= 1.5**2) & (tf.range(30) < real)[:, None]
        taken = tf.gather(points[row], indices)
        twin = tf.concat([taken[..., :3] - centers[row, :, None], taken[..., 3:]], -1)
        twin = tf.where(within[..., None], twin, 0)
        np.testing.assert_array_equal(gathered.neighbors[row], twin)
        np.testing.assert_array_equal(
            gathered.counts[row], tf.reduce_sum(tf.cast(within, tf.int32), -1)
        )


def test_uniform_neighbors_are_within_the_radius_and_follow_the_seed():
    points, centers = random_points(3, [1, 500]), random_points(4, [1, 20], features=0)

    def gather(seed):
        return ops.gather_neighbors(points, [500], centers, [20], NeighborChoice(1.5, 6), seed=seed)

    gathered = gather(1)
    distances = np.linalg.norm(gathered.neighbors[0, :, :, :3], axis=-1)
    assert distances.max() <= 1.5 + 1e-6
    np.testing.assert_array_equal(gathered.neighbors, gather(1).neighbors)
    assert (gathered.neighbors != gather(2).neighbors).numpy().any()


def test_a_row_does_not_depend_on_its_place():
    points, centers = random_points(3, [1, 500]), random_points(4, [1, 20], features=0)
    one = ops.gather_neighbors(points, [500], centers, [20], NeighborChoice(2, 6), seed=5)
    three = ops.gather_neighbors(
        tf.repeat(points, 3, 0),
        [9, 7, 500],
        tf.repeat(centers, 3, 0),
        [20] * 3,
        NeighborChoice(2, 6),
        seed=5,
    )
    np.testing.assert_array_equal(three.neighbors[2], one.neighbors[0])


def test_points_in_boxes_are_the_twins():
    points, boxes = random_points(5, [2, 500]), random_boxes(6, [2, 9])
    boxes[0, 3, 4] = math.nan
    found = ops.points_in_boxes(points, [500, 200], boxes, [9, 4])
    for row, (length, real) in enumerate([(500, 9), (200, 4)]):
        x, y, z = np.moveaxis(points[row, :, None, :3] - boxes[row, None, :, :3], -1, 0)
        cosine, sine = np.cos(boxes[row, :, 6]), np.sin(boxes[row, :, 6])
        half = boxes[row, :, 3:6] / 2
        inside = (
            (np.abs(cosine * x + sine * y) <= half[:, 0])
            & (np.abs(cosine * y - sine * x) <= half[:, 1])
            & (np.abs(z) <= half[:, 2])
        )
        inside[length:] = False
        inside[:, real:] = False
        np.testing.assert_array_equal(found.counts[row], inside.sum(0))
        first = np.where(inside.any(1), inside.argmax(1), -1)
        np.testing.assert_array_equal(found.first_boxes[row], first)
    assert found.counts[0, 3] == 0


def test_points_in_the_cells_of_a_grid():
    points = [[[0, 0, 0, 9], [1, -1, 0, 8], [2, 0, 0, 7], [1, 0, math.nan, 6], [1, 0, 0.5, 5]]]
    limits = [(0, 2), (-1, 1), (0, 1)]
    found = ops.points_to_grid(
        tf.constant(points), [5], limits=limits, cells=[2, 1, 1], points_per_cell=2, seed=1
    )
    assert found.counts.numpy().tolist() == [[[[1]], [[2]]]]
    cells = found.grid.numpy().reshape(2, 2, 4).tolist()
    assert cells == [[[0, 0, 0, 9], [0] * 4], [[1, -1, 0, 8], [1, 0, 0.5, 5]]]


def test_shapes_are_known_as_far_as_they_are():
    points = tf.TensorSpec([3, None, 5], tf.float32)
    lengths = tf.TensorSpec([None], tf.int32)

    @tf.function(input_signature=[points, lengths])
    def shapes(points, lengths):
        chosen = ops.farthest_points(points, lengths, 7, seed=1)
        assert (chosen.indices.shape, chosen.counts.shape) == ([3, 7], [3])
        centers = tf.gather(points[..., :3], chosen.indices, batch_dims=1)
        found = ops.gather_neighbors(
            points, lengths, centers, chosen.counts, NeighborChoice(1, 4), seed=1
        )
        assert (found.neighbors.shape, found.counts.shape) == ([3, 7, 4, 5], [3, 7])
        inside = ops.points_in_boxes(points, lengths, tf.zeros([3, 2, 7]), [2, 2, 2])
        assert inside.counts.shape == [3, 2]
        assert inside.first_boxes.shape.as_list() == [3, None]
        in_grid = ops.points_to_grid(
            points, lengths, limits=[(0, 1)] * 3, cells=[4, 5, 6], points_per_cell=2, seed=1
        )
        assert in_grid.grid.shape == [3, 4, 5, 6, 2, 5]

    shapes.get_concrete_function()


def test_what_is_wrong_with_boxes_is_named():
    with pytest.raises(ERROR, match=r"boxes: shape \[1,2,8\]; expected \[1, M, 7\]"):
        ops.points_in_boxes(tf.zeros([1, 2, 3]), [2], tf.zeros([1, 2, 8]), [2])
    with pytest.raises(ERROR, match=r"boxes: the length of row 0 is 3; expected 0 .. 2"):
        ops.points_in_boxes(tf.zeros([1, 2, 3]), [2], tf.zeros([1, 2, 7]), [3])


def test_what_is_wrong_with_points_is_named():
    points = tf.zeros([1, 2, 3])
    with pytest.raises(ERROR, match=r"points: shape \[1,2,2\] .*expected \[B, N, 3 or more\]"):
        ops.farthest_points(points[..., :2], [2], 1, seed=0)
    with pytest.raises(ERROR, match=r"seeds: shape \[2\]; expected \[\] or \[1\]"):
        ops.uniform_points(points, [2], 1, seed=tf.constant([1, 2]))
    with pytest.raises(ERROR, match=r"neither may be NaN"):
        ops.farthest_points(points, [2], 1, seed=0, z_min=math.nan)
    for radius in (0, math.inf, math.nan):
        with pytest.raises(ERROR, match=r"row 0: NeighborGrid: radius is"):
            ops.gather_neighbors(points, [2], points, [2], NeighborChoice(radius, 1), seed=0)
    with pytest.raises(ERROR, match=r"limits of z are 1 and 1 but must be finite and rising"):
        ops.points_to_grid(
            points,
            [2],
            limits=[(0, 1), (0, 1), (1, 1)],
            cells=[1, 1, 1],
            points_per_cell=1,
            seed=0,
        )
