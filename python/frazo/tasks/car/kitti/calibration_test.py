"""Calibration files."""

import numpy as np
import pytest
from frazo.tasks.car.kitti.calibration import (
    CalibrationError,
    format_calibration,
    parse_calibration,
)

# A camera of 700 pixels focal length, 0.3 m before the lidar and 0.1 m below it.
TEXT = """\
P0: 700 0 600 0 0 700 180 0 0 0 1 0
P2: 700 0 600 45 0 700 180 0 0 0 1 0
R0_rect: 1 0 0 0 1 0 0 0 1
Tr_velo_to_cam: 0 -1 0 0 0 0 -1 -0.1 1 0 0 -0.3
Tr_imu_to_velo: 1 0 0 0 0 1 0 0 0 0 1 0

"""


def test_a_point_goes_to_the_camera_and_to_a_pixel():
    calibration = parse_calibration(TEXT)
    # 10.3 m before the lidar, 2 m to the left and 1 m below it.
    point = np.array([10.3, 2, -1, 1])
    np.testing.assert_allclose(calibration.velo_to_camera @ point, [-2, 0.9, 10, 1])
    # 600 + 700 * -2 / 10 + 45 / 10, and 180 + 700 * 0.9 / 10.
    u, v, depth = calibration.velo_to_image @ point
    np.testing.assert_allclose([u / depth, v / depth, depth], [464.5, 243, 10])
    np.testing.assert_allclose(
        calibration.camera_to_velo @ calibration.velo_to_camera, np.eye(4), atol=1e-12
    )


def test_a_written_file_is_read_again():
    text = format_calibration(parse_calibration(TEXT))
    assert [line.split(":")[0] for line in text.splitlines()] == [
        "P0",
        "P1",
        "P2",
        "P3",
        "R0_rect",
        "Tr_velo_to_cam",
        "Tr_imu_to_velo",
    ]
    assert format_calibration(parse_calibration(text)) == text


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("P2:", "P9:", "no line for P2"),
        ("P2: 700", "P2: seven", "line 2: P2: could not convert string to float: 'seven'"),
        ("P2: 700 ", "P2: ", "line 2: P2 has 11 values; a matrix of 3 x 4 has 12"),
        ("R0_rect: 1", "R0_rect: inf", "line 3: R0_rect has values that are not finite"),
        ("R0_rect: 1", "R0_rect: 0", "R0_rect times Tr_velo_to_cam cannot be inverted"),
        ("Tr_velo_to_cam", "# ", "no line for Tr_velo_to_cam"),
    ],
)
def test_what_is_no_calibration_is_an_error(old, new, error):
    with pytest.raises(CalibrationError, match=error):
        parse_calibration(TEXT.replace(old, new, 1))
