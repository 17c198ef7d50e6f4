"""Records of Lingvo's converter."""

import numpy as np
import pytest
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.waymo import sample_frames
from frazo_tools.detection.waymo.example_scene import lingvo_features, read_example
from frazo_tools.detection.waymo.example_scene_sample import example
from frazo_tools.detection.waymo.frame_scene import LASERS, read_frame
from frazo_tools.records.tf_example import encode_example


def read(**changed):
    features = lingvo_features(encode_example(example(**changed)))
    assert features is not None
    return read_example(features)


def test_a_scan_has_what_the_record_has():
    scene = read()
    assert scene.name == "1005_000_1025_000_1500000000000000"
    assert (scene.time_of_day, scene.location, scene.weather) == ("Night", "location_phx", "rain")
    np.testing.assert_array_equal(scene.pose, np.eye(4))
    expected = (100 * np.arange(10)[:, np.newaxis] + np.arange(18)).reshape(-1, 6)
    np.testing.assert_array_equal(scene.points, expected)
    objects = scene.objects
    assert scene.classes == ["Vehicle", "Cyclist"]
    assert objects.ids == [b"car", b"bike"]
    np.testing.assert_allclose(objects.boxes[0], [0, 1, 2, 0.5, 0.5, 0.5, 0.75])
    np.testing.assert_array_equal(objects.velocities, [[1, 2], [5, 6]])
    # Lingvo's own numbers of points, 77, are not to be trusted.
    assert objects.num_points.tolist() == [1, 0]
    assert objects.rated_difficulties.tolist() == [0, 2]
    assert objects.tracking_difficulties.tolist() == [1, 2]


def test_a_scan_without_objects_and_points():
    empty = np.zeros(0, np.float32)
    nothing = {
        "labels": np.zeros(0, np.int64),
        "label_ids": [],
        "bboxes_3d": empty,
        "label_metadata": empty,
        "detection_difficulties": np.zeros(0, np.int64),
        "tracking_difficulties": np.zeros(0, np.int64),
    }
    clouds = {
        f"laser_{name}_{image}": empty for name in LASERS.values() for image in ("ri1", "ri2")
    }
    scene = read(**nothing, **clouds)
    assert (scene.classes, scene.points.shape) == ([], (0, 6))


def test_points_that_are_not_finite_are_counted():
    points = np.arange(18, dtype=np.float32)
    points[[0, 1, 7]] = np.nan
    scene = read(laser_REAR_ri2=points)
    assert (len(scene.points), scene.points_left_out) == (28, 2)


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"laser_SIDE_LEFT_ri2": None}, "laser_SIDE_LEFT_ri2 is missing"),
        ({"laser_TOP_ri1": np.zeros(7)}, "laser_TOP_ri1 has 7 values; expected any x 6"),
        ({"bboxes_3d": np.zeros(13)}, "bboxes_3d has 13 values; expected 2 x 7"),
        ({"label_metadata": np.zeros(4)}, "label_metadata has 4 values; expected 2 x 4"),
        ({"detection_difficulties": 1}, "detection_difficulties has 1 values; expected 2"),
        ({"label_ids": [b"car"]}, "label_ids has 1 values, but labels has 2"),
        ({"labels": np.zeros(2)}, "labels has values of type float; expected int64"),
        ({"pose": np.zeros(12)}, "pose has 12 values; expected 4 x 4"),
        ({"weather": []}, "weather has 0 values; expected 1"),
    ],
)
def test_a_malformed_record_is_named(changed, detail):
    with pytest.raises(SceneError) as raised:
        read(**changed)
    assert raised.value.reason == "malformed example"
    assert raised.value.detail == f"the feature {detail}"


def test_frames_and_other_examples_are_none_of_lingvos():
    frame, _ = sample_frames.sample_frame()
    # A name that looks like one of Lingvo's features.
    frame.laser_labels[0].id = "run_segment"
    record = frame.SerializeToString()
    assert lingvo_features(record) is None
    assert read_frame(record).objects.ids[0] == b"run_segment"
    assert lingvo_features(encode_example({"image/source_id": b"run_segment"})) is None
