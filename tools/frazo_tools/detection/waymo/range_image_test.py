"""Range images to points, against matrices of 4 x 4 and numbers worked out by hand."""

import math
import zlib

import numpy as np
import pytest
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.waymo import frame_pb2, range_image, sample_frames
from frazo_tools.detection.waymo.range_image import (
    Lidar,
    beam_inclinations,
    decode_matrix,
    image_points,
    rigid_transform,
)
from hypothesis import given, settings
from hypothesis import strategies as st

IDENTITY = np.eye(4)
# Four columns look to the four corners: left behind, left ahead, right ahead, right behind.
CORNERS = np.array([[-1, 1], [1, 1], [1, -1], [-1, -1]])


def image_of_ranges(ranges):
    """Returns a range image whose features are 0.5, 0.25 and -1."""
    ranges = np.array(ranges, np.float32)
    return np.stack([ranges, *(np.full_like(ranges, each) for each in (0.5, 0.25, -1))], -1)


def points_of(image, extrinsic, inclinations, poses=None, frame_pose=IDENTITY):
    lidar = Lidar("TOP", np.array(extrinsic, np.float64), np.array(inclinations))
    return image_points(image, lidar, poses, frame_pose)


def test_the_columns_begin_behind_and_go_clockwise():
    found = points_of(image_of_ranges([[math.sqrt(2)] * 4]), IDENTITY, [0.0])
    assert found.points.dtype == np.float32
    np.testing.assert_allclose(found.points[:, :2], CORNERS, atol=1e-6)
    np.testing.assert_allclose(found.points[:, 2:], [[0, 0.5, 0.25, -1]] * 4, atol=1e-6)


@pytest.mark.parametrize("yaw", [0.0, 1.0, math.pi / 2, -2.5, math.pi])
def test_however_a_lidar_is_turned_the_middle_looks_along_x(yaw):
    extrinsic = sample_frames.pose(0, 0, yaw, 3, -2, 1)
    found = points_of(image_of_ranges([[math.sqrt(2)] * 4]), extrinsic, [0.0])
    np.testing.assert_allclose(found.points[:, :2], CORNERS + np.array([3, -2]), atol=1e-6)
    np.testing.assert_allclose(found.points[:, 2], 1, atol=1e-6)


def test_the_four_corners_of_a_tilted_lidar():
    # Pitched by a quarter turn, x of the lidar is -z of the vehicle, and z is x: the corners ahead
    # (x = 1) are below.
    extrinsic = sample_frames.pose(0, math.pi / 2, 0, 0, 0, 5)
    found = points_of(image_of_ranges([[math.sqrt(2)] * 4]), extrinsic, [0.0])
    expected = [[0, 1, 6], [0, 1, 4], [0, -1, 4], [0, -1, 6]]
    # arctan2(0, 6e-17) is 0: nothing turns the image.
    np.testing.assert_allclose(found.points[:, :3], expected, atol=1e-6)


def test_the_first_row_is_the_highest_beam():
    # 30 degrees up and 30 degrees down; two columns look left and right.
    calibration = frame_pb2.LaserCalibration(beam_inclinations=[-math.pi / 6, math.pi / 6])
    inclinations = beam_inclinations(calibration, 2, "TOP")
    found = points_of(image_of_ranges([[2, 2], [4, 4]]), IDENTITY, inclinations)
    flat = math.sqrt(3)
    expected = [[0, flat, 1], [0, -flat, 1], [0, 2 * flat, -2], [0, -2 * flat, -2]]
    np.testing.assert_allclose(found.points[:, :3], expected, atol=1e-6)


def test_inclinations_divide_what_lies_between_min_and_max():
    calibration = frame_pb2.LaserCalibration(beam_inclination_min=-1, beam_inclination_max=1)
    np.testing.assert_allclose(
        beam_inclinations(calibration, 4, "REAR"), [0.75, 0.25, -0.25, -0.75]
    )


def test_a_pixel_is_where_the_vehicle_was():
    # At the second pixel the vehicle had turned left and was 10 m further along the world's x.
    poses = np.zeros([1, 2, 6], np.float32)
    poses[0, 1] = [0, 0, math.pi / 2, 10, 0, 0]
    image = image_of_ranges([[1, 1]])
    found = points_of(image, IDENTITY, [0.0], poses)
    # The columns look left and right: right of a vehicle that has turned left is ahead.
    np.testing.assert_allclose(found.points[:, :3], [[0, 1, 0], [11, 0, 0]], atol=1e-6)
    frame_pose = sample_frames.pose(0, 0, math.pi / 2, 10, 0, 0)
    found = points_of(image, IDENTITY, [0.0], poses, frame_pose)
    np.testing.assert_allclose(found.points[:, :3], [[1, 10, 0], [0, -1, 0]], atol=1e-6)


def test_points_are_those_of_the_data_sets_package():
    # The expected points are those of compute_range_image_polar() and
    # compute_range_image_cartesian() of waymo-open-dataset-tf-2-12-0 1.6.7, with 64 bits.
    image = image_of_ranges([[5, 10, 20], [40, 60, 75]])
    extrinsic = sample_frames.pose(-0.02, 0.03, 2.5, 1.43, 0.1, 2.18)
    still = points_of(image, extrinsic, [0.04, -0.3])
    expected = [
        [-1.074726, 4.426204, 2.281524],
        [11.401132, 0.104115, 2.939285],
        [-8.579725, -17.208424, 2.653136],
        [-17.247638, 33.164601, -10.384952],
        [59.35127, 0.085034, -13.476509],
        [-33.557665, -62.005487, -21.138915],
    ]
    np.testing.assert_allclose(still.points[:, :3], expected, rtol=0, atol=2e-5)
    # From pixel to pixel the vehicle drives 1.58 m, turns left, rolls and pitches.
    first = np.array([0.01, -0.02, 1.2, 1000, -2000, 30])
    move = np.array([0.002, -0.001, 0.01, 0.5, 1.5, 0.01])
    poses = (first + np.arange(6)[:, np.newaxis] * move).astype(np.float32).reshape(2, 3, 6)
    driving = points_of(image, extrinsic, [0.04, -0.3], poses, sample_frames.pose(*first))
    expected = [
        [-1.074726, 4.426204, 2.281524],
        [12.976052, 0.289005, 2.927419],
        [-5.079777, -17.233691, 2.517161],
        [-13.472427, 32.932499, -10.279459],
        [65.660365, 2.889701, -13.349969],
        [-22.431927, -62.978494, -22.08384],
    ]
    np.testing.assert_allclose(driving.points[:, :3], expected, rtol=0, atol=2e-5)


def test_pixels_without_a_return_have_no_point_and_odd_ones_are_counted():
    image = image_of_ranges([[-1, 0, 2, math.nan, math.inf, 3, 4]])
    image[0, 5, 1] = math.nan
    found = points_of(image, IDENTITY, [0.0])
    assert len(found.points) == 2
    assert found.left_out == 3
    poses = np.zeros([1, 7, 6], np.float32)
    poses[0, 2, 0] = math.inf
    found = points_of(image, IDENTITY, [0.0], poses)
    assert (len(found.points), found.left_out) == (1, 4)
    # The numbers of pixels without a return are nobody's business.
    poses[0, :2] = math.nan
    assert points_of(image, IDENTITY, [0.0], poses).left_out == 4


@settings(max_examples=30, deadline=None)
@given(
    mount=st.tuples(*[st.floats(-math.pi, math.pi)] * 3, *[st.floats(-5, 5)] * 3),
    frame=st.tuples(*[st.floats(-math.pi, math.pi)] * 3, *[st.floats(-1e5, 1e5)] * 3),
    rows=st.integers(1, 4),
    columns=st.integers(1, 9),
    moves=st.booleans(),
    seed=st.integers(0, 2**32),
)
def test_the_points_of_an_image_are_those_that_it_was_made_of(
    mount, frame, rows, columns, moves, seed
):
    random = np.random.default_rng(seed)
    inclinations = np.sort(random.uniform(-1.2, 0.6, rows))[::-1]
    poses = None
    if moves:
        shifts = random.uniform(-1, 1, [rows, columns, 6]) * [0.1, 0.1, 0.1, 2, 2, 0.2]
        poses = (np.array(frame) + shifts).astype(np.float32)
    lidar = sample_frames.LidarSample(
        sample_frames.pose(*mount), inclinations, columns, poses, sample_frames.pose(*frame)
    )
    points = sample_frames.cloud(lidar, random, 0.7)
    features = random.uniform(0, 1, points.shape).astype(np.float32)
    image = sample_frames.image_of_cloud(lidar, points, features)
    found = points_of(image, lidar.extrinsic, inclinations, poses, lidar.frame_pose)
    assert found.left_out == 0
    # Both are row by row.
    np.testing.assert_allclose(found.points[:, :3], points, rtol=0, atol=1e-5)
    np.testing.assert_array_equal(found.points[:, 3:], features)


@settings(deadline=None)
@given(
    st.tuples(st.integers(1, 5), st.integers(1, 5), st.integers(1, 6)),
    st.integers(0, 2**32),
    st.integers(1, 3),
)
def test_a_matrix_comes_back_in_however_many_parts(shape, seed, parts):
    matrix = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    data = matrix.tobytes()
    size = -(-len(data) // parts)
    message = frame_pb2.MatrixFloat(data=[data[i : i + size] for i in range(0, len(data), size)])
    message.shape.dims.extend(shape)
    content = zlib.compress(message.SerializeToString())
    np.testing.assert_array_equal(decode_matrix(content, shape[2], "TOP"), matrix)


@given(st.binary(max_size=60), st.booleans())
def test_bytes_that_are_no_matrix_are_an_error(content, is_compressed):
    with pytest.raises(SceneError) as raised:
        decode_matrix(zlib.compress(content) if is_compressed else content, 4, "TOP return 1")
    assert raised.value.reason == "malformed range image"
    assert raised.value.detail.startswith("TOP return 1 ")


def matrix_bytes(shape, count):
    message = frame_pb2.MatrixFloat(data=[bytes(4 * count)])
    message.shape.dims.extend(shape)
    return zlib.compress(message.SerializeToString())


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"", "is cut short, or has more than"),
        (b"no zlib", "is damaged: Error -3"),
        (matrix_bytes([2, 3, 4], 24)[:-5], "is cut short"),
        (zlib.compress(b"\x0a\xff"), "is no MatrixFloat"),
        (matrix_bytes([2, 3, 4], 23), "has the shape [2, 3, 4] and 92 bytes; expected [rows, col"),
        (matrix_bytes([2, 3, 6], 36), "has the shape [2, 3, 6] and 144 bytes"),
        (matrix_bytes([6, 4], 24), "has the shape [6, 4]"),
        (matrix_bytes([0, 3, 4], 0), "has the shape [0, 3, 4] and 0 bytes"),
        (matrix_bytes([-2, -3, 4], 24), "has the shape [-2, -3, 4]"),
        (matrix_bytes([2**31 - 1, 2**31 - 1, 4], 0), "has the shape [2147483647, 2147483647, 4]"),
    ],
)
def test_a_malformed_matrix_is_named(content, detail):
    with pytest.raises(SceneError) as raised:
        decode_matrix(content, 4, "FRONT return 2")
    assert raised.value.reason == "malformed range image"
    assert detail in raised.value.detail


def test_a_small_file_that_would_fill_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(range_image, "_MOST_MATRIX_BYTES", 1000)
    with pytest.raises(SceneError) as raised:
        decode_matrix(matrix_bytes([10, 10, 4], 400), 4, "TOP return 1")
    assert raised.value.detail == "TOP return 1 is cut short, or has more than 1,000 bytes"


@pytest.mark.parametrize(
    ("numbers", "detail"),
    [
        ([], "has 0 numbers; expected 16"),
        ([1] * 15, "has 15 numbers"),
        ([*IDENTITY.ravel()[:3], math.nan, *IDENTITY.ravel()[4:]], "does not turn and move"),
        ((2 * IDENTITY).ravel(), "does not turn and move"),
        (np.diag([1, 1, -1, 1]).ravel(), "does not turn and move"),
        ([*IDENTITY.ravel()[:12], 0, 0, 1, 1], "does not turn and move"),
    ],
)
def test_a_matrix_that_does_more_than_turn_and_move_is_refused(numbers, detail):
    with pytest.raises(SceneError) as raised:
        rigid_transform(frame_pb2.Transform(transform=numbers), "TOP extrinsic")
    assert raised.value.reason == "malformed calibration"
    assert f"TOP extrinsic {detail}" in raised.value.detail


@pytest.mark.parametrize(
    ("fields", "detail"),
    [
        ({"beam_inclinations": [0, 1]}, "REAR has 2 beam inclinations, but its image has 3 rows"),
        ({"beam_inclinations": [0, math.nan, 1]}, "REAR has a beam inclination that is not finite"),
        ({"beam_inclination_max": math.inf}, "REAR has a beam inclination that is not finite"),
    ],
)
def test_malformed_inclinations_are_refused(fields, detail):
    with pytest.raises(SceneError) as raised:
        beam_inclinations(frame_pb2.LaserCalibration(**fields), 3, "REAR")
    assert (raised.value.reason, raised.value.detail) == ("malformed calibration", detail)
