"""Objects of scans: their levels, and what records have of them."""

import numpy as np
from frazo_tools.detection.waymo.waymo_scene import (
    WaymoObjects,
    WaymoScene,
    detection_difficulties,
    encode_waymo_objects,
    encode_waymo_scene,
    usable_objects,
)
from frazo_tools.records.tf_example_features import decode_example


def test_levels_are_those_of_the_raters_or_of_the_points():
    points = np.array([0, 0, 1, 5, 6, 6, 5, 2])
    rated = np.array([0, 1, 0, 0, 0, 2, 1, 2])
    expected = [999, 999, 2, 2, 1, 2, 1, 2]
    assert detection_difficulties(points, rated).tolist() == expected


def scene():
    points = np.zeros([12, 6], np.float32)
    points[:, 0] = np.arange(12)
    points[:, 3:] = np.arange(36).reshape(12, 3)
    objects = WaymoObjects(
        labels=np.array([1, 2, 4]),
        ids=[b"car", b"walker", b"bike"],
        # Around x of 0 to 6, around nothing, around 9 and 10.
        boxes=np.array(
            [[3, 0, 0, 6.5, 1, 1, 0], [0, 9, 0, 1, 1, 1, 0.5], [9.5, 0, 0, 1, 1, 1, np.pi / 2]]
        ),
        velocities=np.array([[1.0, 2], [3, 4], [5, 6]]),
        num_points=np.array([-1, -1, 40]),
        rated_difficulties=np.array([0, 1, 0]),
        tracking_difficulties=np.array([2, 1, 0]),
    )
    objects, left_out = usable_objects(objects, points)
    return WaymoScene(
        "drive", 17, "Day", "location_sf", "sunny", np.eye(4), points, 0, objects, left_out
    )


def test_points_are_counted_where_the_label_does_not_say():
    assert scene().objects.num_points.tolist() == [7, 0, 40]


def test_a_record_has_the_features_that_detectors_read():
    record = decode_example(encode_waymo_scene(scene(), is_labelled=True))
    values = {name: list(feature.values) for name, feature in record.items()}
    assert values["image/source_id"] == [b"drive_17"]
    assert values["pointcloud/xyz"][:6] == [0, 0, 0, 1, 0, 0]
    assert values["pointcloud/intensity"][:3] == [0, 3, 6]
    assert values["pointcloud/elongation"][:3] == [1, 4, 7]
    assert values["pointcloud/no_label_zone"][:3] == [2, 5, 8]
    assert values["object/label"] == [b"Vehicle", b"Pedestrian", b"Cyclist"]
    assert values["object/id"] == [b"car", b"walker", b"bike"]
    assert values["object/velo/bbox/xyz"] == [3, 0, 0, 0, 9, 0, 9.5, 0, 0]
    assert values["object/velo/bbox/dim_xyz"] == [6.5, 1, 1, 1, 1, 1, 1, 1, 1]
    np.testing.assert_allclose(values["object/velo/bbox/phi"], [0, 0.5, np.pi / 2], rtol=1e-6)
    assert values["object/velocity"] == [1, 2, 3, 4, 5, 6]
    assert values["object/num_points"] == [7, 0, 40]
    assert values["object/difficulty"] == [1, 999, 1]
    assert values["object/rated_difficulty"] == [0, 1, 0]
    assert values["object/tracking_difficulty"] == [2, 1, 0]
    assert values["run_segment"] == [b"drive"]
    assert values["run_start_offset"] == [17]
    assert values["weather"] == [b"sunny"]
    assert values["pose"] == np.eye(4).ravel().tolist()


def test_objects_with_a_point_have_records():
    records = [
        {name: list(feature.values) for name, feature in decode_example(record).items()}
        for record in encode_waymo_objects(scene())
    ]
    assert [each["text"] for each in records] == [[b"Vehicle"], [b"Cyclist"]]
    bike = records[1]
    assert (bike["scene_id"], bike["bbox_id"], bike["label"]) == ([b"drive_17"], [2], [4])
    assert bike["num_points"] == [2]
    assert bike["points"] == [9, 0, 0, 10, 0, 0]
    assert bike["points_feature"] == [27, 28, 29, 30, 31, 32]
    assert bike["difficulty"] == [1]
    np.testing.assert_allclose(bike["bbox_3d"], [9.5, 0, 0, 1, 1, 1, np.pi / 2], rtol=1e-6)
