import numpy as np
import pytest
from frazo.detection_scores import KittiAveragePrecision
from frazo_tools.detection import sample
from frazo_tools.detection.detection_lines import Detection
from frazo_tools.detection.detection_scene import add_scene, image_boxes_of
from frazo_tools.detection.kitti_folder import read_scene
from frazo_tools.detection.scene_records import boxes_of, decode_scene, encode_scene

# The sample's car, and the same behind the camera.
CAR = (20.27, -3.0, -0.98, 3.9, 1.6, 1.5, 0.0)
BEHIND = (-20.0, *CAR[1:])


@pytest.fixture(name="scene")
def _scene(tmp_path):
    sample.write_folder(tmp_path)
    scene = read_scene(tmp_path, "train", "000000")
    return decode_scene(encode_scene(scene, boxes_of(scene.objects, scene.calibration)))


def test_a_detection_gets_the_rectangle_that_it_lacks(scene):
    given = (1.0, 2.0, 3.0, 4.0)
    edges = image_boxes_of(
        [
            Detection("Car", 0.9, CAR, None),
            Detection("Car", 0.8, CAR, given),
            Detection("Car", 0.7, BEHIND, None),
        ],
        scene.calibration,
        scene.image_size,
    )
    # The car's rear is 18.05 m from the camera, its front 21.95; y runs from 2.2 to 3.8 m, z from
    # 1.65 to 0.15 m below. The camera is 45 / 700 m to the side of the lidar.
    left, top, right, bottom = edges[0]
    assert left == pytest.approx(600 + (700 * 2.2 + 45) / 21.95, abs=0.1)
    assert right == pytest.approx(600 + (700 * 3.8 + 45) / 18.05, abs=0.1)
    assert top == pytest.approx(180 + 700 * 0.15 / 21.95, abs=0.1)
    assert bottom == pytest.approx(180 + 700 * 1.65 / 18.05, abs=0.1)
    np.testing.assert_array_equal(edges[1], given)
    assert np.isnan(edges[2]).all()


def test_what_the_camera_does_not_see_does_not_count(scene):
    precision = KittiAveragePrecision()
    detections = [Detection("Car", 0.9, CAR, None), Detection("Car", 0.95, BEHIND, None)]
    add_scene(precision, scene, detections)
    score = precision.result(threads=1)["Car", "easy", "3d"]
    assert score.truths == 1
    assert score.precisions.tolist() == [1]
    # The pedestrian is partly hidden: not an easy one.
    scores = precision.result(threads=1)
    assert scores["Pedestrian", "easy", "3d"].truths == 0
    assert scores["Pedestrian", "moderate", "3d"].truths == 1
