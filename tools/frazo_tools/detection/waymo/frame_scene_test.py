"""Frames to scans: what is right and what is not."""

import math

import numpy as np
import pytest
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.waymo import frame_pb2, sample_frames
from frazo_tools.detection.waymo.frame_scene import read_frame
from hypothesis import given
from hypothesis import strategies as st


def test_a_scan_has_the_points_of_all_lidars_and_returns():
    frame, points = sample_frames.sample_frame()
    scene = read_frame(frame.SerializeToString())
    assert scene.points.dtype == np.float32
    np.testing.assert_allclose(scene.points[:, :3], points[:, :3], rtol=0, atol=1e-5)
    np.testing.assert_array_equal(scene.points[:, 3:], points[:, 3:].astype(np.float32))
    assert scene.points_left_out == 0


def test_a_scan_says_where_and_when_it_is():
    frame, _ = sample_frames.sample_frame(3)
    scene = read_frame(frame.SerializeToString())
    assert (scene.run_segment, scene.start) == ("1005_000_1025_000", 1_500_000_000_300_000)
    assert scene.name == "1005_000_1025_000_1500000000300000"
    assert (scene.time_of_day, scene.location, scene.weather) == ("Day", "location_sf", "sunny")
    expected = sample_frames.pose(*sample_frames.FRAME_POSE_ANGLES, *sample_frames.FRAME_POSE_PLACE)
    np.testing.assert_array_equal(scene.pose, expected)


def test_labels_are_objects():
    frame, points = sample_frames.sample_frame()
    scene = read_frame(frame.SerializeToString())
    objects = scene.objects
    assert scene.classes == ["Vehicle", "Pedestrian", "Sign"]
    assert objects.ids == [b"car", b"walker", b"sign"]
    np.testing.assert_allclose(objects.boxes[0], [*points[0, :3], 0.5, 0.25, 0.125, 0.75])
    np.testing.assert_array_equal(objects.velocities, [[3, -4]] * 3)
    # The label of the car says 7; the pedestrian's is around one point, the sign's around none.
    assert objects.num_points.tolist() == [7, 1, 0]
    assert objects.rated_difficulties.tolist() == [0, 2, 0]
    assert scene.objects_left_out == 0


def test_objects_that_no_record_can_have_are_left_out():
    frame, _ = sample_frames.sample_frame()
    frame.laser_labels[0].box.length = 0
    frame.laser_labels[1].box.center_x = math.nan
    frame.laser_labels[2].type = 5
    frame.laser_labels.add(type=4, id="bike", num_lidar_points_in_box=2).box.CopyFrom(
        frame_pb2.Label.Box(length=1, width=1, height=1)
    )
    # A size that float32 takes for 0.
    frame.laser_labels.add(type=1).box.CopyFrom(
        frame_pb2.Label.Box(length=1e-60, width=1, height=1)
    )
    scene = read_frame(frame.SerializeToString())
    assert scene.objects.ids == [b"bike"]
    assert scene.objects_left_out == 4


def test_a_scan_of_a_test_set_has_no_objects():
    frame, points = sample_frames.sample_frame()
    frame.ClearField("laser_labels")
    scene = read_frame(frame.SerializeToString())
    assert (len(scene.points), scene.classes) == (len(points), [])


def test_second_returns_and_poses_of_pixels_may_be_missing():
    frame, points = sample_frames.sample_frame()
    for laser in frame.lasers:
        laser.ClearField("ri_return2")
    scene = read_frame(frame.SerializeToString())
    assert 0 < len(scene.points) < len(points)
    frame.lasers[0].ri_return1.ClearField("range_image_pose_compressed")
    still = read_frame(frame.SerializeToString())
    # Those of the lidar on the roof come first, and are elsewhere now; the others are not.
    moved = np.abs(still.points - scene.points).max(1) > 1e-4
    assert 0 < np.count_nonzero(moved) == np.argmin(moved) < len(moved)


def damaged(**changes):
    frame, _ = sample_frames.sample_frame()
    for change in changes.values():
        change(frame)
    return frame.SerializeToString()


def set_image(frame, number, what, content):
    setattr(frame.lasers[number].ri_return1, what, content)


def smaller_second_return(frame):
    frame.lasers[2].ri_return2.range_image_compressed = sample_frames.compressed(
        np.zeros([5, 15, 4])
    )


@pytest.mark.parametrize(
    ("change", "reason", "detail"),
    [
        (lambda f: f.lasers.pop(4), "missing lidar", "REAR has 0 scans and 1 calibrations"),
        (lambda f: f.lasers.append(f.lasers[0]), "missing lidar", "TOP has 2 scans and 1"),
        (
            lambda f: f.context.laser_calibrations.pop(1),
            "missing lidar",
            "FRONT has 1 scans and 0 calibrations; expected one of each",
        ),
        (lambda f: f.ClearField("pose"), "malformed calibration", "pose has 0 numbers"),
        (
            lambda f: f.context.laser_calibrations[0].ClearField("extrinsic"),
            "malformed calibration",
            "TOP extrinsic has 0 numbers; expected 16",
        ),
        (
            lambda f: f.context.laser_calibrations[0].beam_inclinations.pop(),
            "malformed calibration",
            "TOP has 5 beam inclinations, but its image has 6 rows",
        ),
        (
            lambda f: set_image(f, 1, "range_image_compressed", b""),
            "malformed range image",
            "FRONT return 1 is cut short",
        ),
        (
            lambda f: set_image(f, 0, "range_image_pose_compressed", b"zz"),
            "malformed range image",
            "TOP poses is damaged",
        ),
        (
            lambda f: set_image(
                f,
                0,
                "range_image_pose_compressed",
                sample_frames.compressed(np.zeros([6, 17, 6])),
            ),
            "malformed range image",
            "TOP poses has 6 x 17 pixels, but return 1 has 6 x 16",
        ),
        (
            smaller_second_return,
            "malformed range image",
            "SIDE_LEFT return 2 has 5 x 15 pixels, but return 1 has 5 x 16",
        ),
    ],
)
def test_a_malformed_frame_is_named(change, reason, detail):
    with pytest.raises(SceneError) as raised:
        read_frame(damaged(change=change))
    assert raised.value.reason == reason
    assert f"1005_000_1025_000_1500000000000000: {detail}" in raised.value.detail


def test_records_of_something_else_are_refused():
    for record, detail in ((b"\x0a\xff", "2 bytes that are no Frame"), (b"", "no name of a drive")):
        with pytest.raises(SceneError) as raised:
            read_frame(record)
        assert raised.value.reason == "malformed frame"
        assert detail in raised.value.detail


_RECORD = sample_frames.sample_frame()[0].SerializeToString()


@given(st.integers(0, len(_RECORD) - 1), st.integers(1, 255), st.booleans())
def test_a_damaged_byte_gives_a_scan_or_an_error(position, change, cut):
    damaged_record = bytearray(_RECORD)
    damaged_record[position] ^= change
    try:
        scene = read_frame(bytes(damaged_record[:position] if cut else damaged_record))
    except SceneError:
        return
    assert np.isfinite(scene.points).all()
    assert np.isfinite(scene.objects.boxes).all()
