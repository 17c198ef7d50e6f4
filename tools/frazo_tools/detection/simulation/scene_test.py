"""Labels and points of simulated scans agree."""

import numpy as np
import pytest
from frazo.geometry import points_in_boxes
from frazo.tasks.car.kitti.frames import boxes_to_lidar
from frazo.tasks.car.kitti.labels import (
    DONT_CARE,
    difficulty,
    format_label_line,
    parse_label_line,
)
from frazo_tools.detection.simulation.scene import CALIBRATION, simulate

SCENES = [simulate(7, number) for number in range(25)]


def boxes_of(objects):
    return boxes_to_lidar(
        np.array([each.location for each in objects]),
        np.array([each.dimensions for each in objects]),
        np.array([each.rotation_y for each in objects]),
        CALIBRATION.camera_to_velo,
    )


def test_a_scene_depends_on_seed_and_number_alone():
    again, other, third = simulate(7, 3), simulate(7, 4), simulate(8, 3)
    np.testing.assert_array_equal(again.points, SCENES[3].points)
    assert again.objects == SCENES[3].objects
    assert other.objects != again.objects != third.objects


def test_the_points_of_an_object_lie_in_the_box_of_its_label():
    count = 0
    for scene in SCENES:
        for number, each in enumerate(scene.objects):
            if not each.has_3d_info:
                continue
            again = parse_label_line(format_label_line(each))
            (box,) = boxes_of([again])
            _, first_boxes = points_in_boxes(scene.points[:, :3], [box])
            mine = first_boxes[scene.owners == number]
            assert (mine == 0).all()
            inside = scene.owners[first_boxes == 0]
            # Some ground may be in it, but nothing of another object.
            assert set(inside.tolist()) <= {number, -1}
            count += len(mine)
    assert count > 10000


def test_labels_are_written_without_loss():
    for scene in SCENES:
        for each in scene.objects:
            again = parse_label_line(format_label_line(each))
            assert again.location == pytest.approx(each.location, abs=1e-9)
            assert again.dimensions == pytest.approx(each.dimensions, abs=1e-9)
            assert again.rotation_y == pytest.approx(each.rotation_y, abs=1e-9)


def test_every_class_occlusion_and_difficulty_occurs():
    objects = [each for scene in SCENES for each in scene.objects]
    assert {each.label for each in objects} == {"Car", "Van", "Pedestrian", "Cyclist", DONT_CARE}
    known = [each for each in objects if each.has_3d_info]
    assert {each.occlusion for each in known} == {0, 1, 2, 3}
    assert max(each.truncation for each in known) > 0.3
    heights = np.array([each.image_box[3] - each.image_box[1] for each in known])
    found = difficulty(
        heights,
        np.array([each.occlusion for each in known]),
        np.array([each.truncation for each in known]),
    )
    assert set(found.tolist()) == {0, 1, 2, 3}


def test_areas_come_last_and_have_no_box():
    for scene in SCENES:
        labels = [each.label for each in scene.objects]
        assert labels == sorted(labels, key=lambda label: label == DONT_CARE)
        for each in scene.objects:
            left, top, right, bottom = each.image_box
            assert 0 <= left < right <= 1241
            assert 0 <= top < bottom <= 374
            assert each.has_3d_info == (each.label != DONT_CARE)
