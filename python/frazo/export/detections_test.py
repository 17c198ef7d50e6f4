"""What goes into a detector, and what comes out."""

import numpy as np
import pytest
from frazo.export.detections import Camera, camera_inputs, detections, scan_inputs


def test_scans_are_padded_to_the_longest():
    inputs = scan_inputs([np.ones([2, 5]), np.zeros([0, 4]), np.full([1, 4], 7.0)], 4)
    assert inputs["points"].shape == (3, 2, 4)
    assert inputs["points"].dtype == np.float32
    np.testing.assert_array_equal(inputs["points"][2], [[7, 7, 7, 7], [0, 0, 0, 0]])
    np.testing.assert_array_equal(inputs["lengths"], [2, 0, 1])


def test_a_scan_of_another_shape_is_named():
    with pytest.raises(ValueError, match=r"scan 1: shape \[2, 3\]; the model takes \[points, 4\]"):
        scan_inputs([np.ones([2, 4]), np.ones([2, 3])], 4)


def test_cameras():
    assert camera_inputs(None) == {}
    inputs = camera_inputs([Camera(np.arange(12).reshape(3, 4), 1242, 375)])
    np.testing.assert_array_equal(inputs["velo_to_image"], [range(12)])
    np.testing.assert_array_equal(inputs["image_sizes"], [[1242, 375]])


def test_what_is_behind_the_last_detection_is_left_out():
    outputs = {
        "boxes": np.arange(28, dtype=np.float32).reshape(2, 2, 7),
        "scores": np.array([[0.75, 0], [0, 0]], np.float32),
        "classes": np.array([[2, 0], [0, 0]], np.int32),
        "num_detections": np.array([1, 0], np.int32),
    }
    ((found,), none) = detections(outputs, ["Car", "Cyclist"])
    assert (found.label, found.score) == ("Cyclist", 0.75)
    assert found.box == (0, 1, 2, 3, 4, 5, 6)
    assert none == []
