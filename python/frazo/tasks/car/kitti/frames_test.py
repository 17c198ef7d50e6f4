"""Boxes between the frames of lidar, camera and image."""

import math

import numpy as np
from frazo.tasks.car.kitti import frames
from frazo.tasks.car.kitti.calibration import Calibration, parse_calibration
from frazo.tasks.car.kitti.labels import KittiObject, format_label_line
from hypothesis import given
from hypothesis import strategies as st

# Axes parallel to the lidar's, but for a turn as KITTI's calibrations have it.
_TURN = 0.008
CALIBRATION = Calibration(
    projection=np.array([[700.0, 0, 600, 45], [0, 700, 180, 0], [0, 0, 1, 0]]),
    rectification=np.array(
        [
            [math.cos(_TURN), math.sin(_TURN), 0],
            [-math.sin(_TURN), math.cos(_TURN), 0],
            [0, 0, 1],
        ]
    ),
    velo_to_cam=np.array([[0.0, -1, 0, 0], [0, 0, -1, -0.08], [1, 0, 0, -0.27]]),
)
PARALLEL = CALIBRATION._replace(rectification=np.eye(3))


def test_a_box_of_a_label_in_the_frame_of_the_lidar():
    # A car 20 m ahead of the camera and 3 m to the right, that points along the camera's z axis.
    boxes = frames.boxes_to_lidar(
        [[3, 1.65, 20]], [[1.5, 1.6, 3.9]], [-math.pi / 2], PARALLEL.camera_to_velo
    )
    # The bottom is 1.65 + 0.08 m below the lidar, the centre 0.75 m above the bottom.
    np.testing.assert_allclose(boxes, [[20.27, -3, -0.98, 3.9, 1.6, 1.5, 0]], atol=1e-12)


numbers = st.integers(-9999, 9999).map(lambda hundredths: hundredths / 100)
sizes = st.integers(1, 2000).map(lambda hundredths: hundredths / 100)
angles = st.integers(-314, 314).map(lambda hundredths: hundredths / 100)


@given(st.tuples(numbers, numbers, numbers), st.tuples(sizes, sizes, sizes), angles)
def test_a_label_comes_back_from_a_box_of_floats(location, dimensions, rotation):
    label = KittiObject("Car", 0, 0, 0, (0, 0, 1, 1), dimensions, location, rotation)
    box = frames.boxes_to_lidar(
        [label.location], [label.dimensions], [rotation], CALIBRATION.camera_to_velo
    ).astype(np.float32)
    locations, dimensions, rotations = frames.boxes_to_camera(box, CALIBRATION.velo_to_camera)
    again = label._replace(
        location=tuple(locations[0]), dimensions=tuple(dimensions[0]), rotation_y=rotations[0]
    )
    assert format_label_line(again) == format_label_line(label)


def test_a_box_in_the_image():
    camera = np.array([[100.0, 0, 50, 0], [0, 100, 50, 0], [0, 0, 1, 0]])
    to_image = camera @ np.array([[0, -1, 0, 0], [0, 0, -1, 0], [1, 0, 0, 0], [0, 0, 0, 1.0]])
    # Its front face is 4 m ahead, from y = 1 to -1 and z = 1 to -1.
    np.testing.assert_allclose(
        frames.project_boxes([[5, 0, 0, 2, 2, 2, 0]], to_image), [[25, 25, 75, 75]]
    )
    # It begins behind the camera: what is left of it ends at the nearest plane, 0.1 m ahead.
    (edges,) = frames.project_boxes([[0, 3, 0, 8, 2, 2, 0]], to_image)
    np.testing.assert_allclose(edges, [50 - 4000, 50 - 1000, 50 - 50, 50 + 1000])
    assert np.isnan(frames.project_boxes([[-9, 0, 0, 2, 2, 2, 0]], to_image)).all()
    assert frames.project_boxes(np.zeros([0, 7]), to_image).shape == (0, 4)


def test_truncation_is_the_share_outside_of_the_image():
    boxes = np.array(
        [[10.0, 20, 30, 40], [-10, 0, 10, 10], [90, 40, 110, 60], [200, 0, 300, 9], [np.nan] * 4]
    )
    clipped, truncations = frames.clip_image_boxes(boxes, 101, 51)
    np.testing.assert_allclose(truncations, [0, 0.5, 0.75, 1, 1])
    np.testing.assert_allclose(clipped[:3], [[10, 20, 30, 40], [0, 0, 10, 10], [90, 40, 100, 50]])
    assert np.isnan(clipped[3:]).all()


def test_a_calibration_of_text_and_a_box_agree():
    text = "P2: 700 0 600 0 0 700 180 0 0 0 1 0\nR0_rect: 1 0 0 0 1 0 0 0 1\n"
    calibration = parse_calibration(text + "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n")
    (edges,) = frames.project_boxes([[11, 0, 0, 2, 2, 2, 0]], calibration.velo_to_image)
    np.testing.assert_allclose(edges, [530, 110, 670, 250])
