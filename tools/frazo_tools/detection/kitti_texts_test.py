"""Texts of scans, and what cannot have one."""

import numpy as np
import pytest
from frazo_tools.detection import sample
from frazo_tools.detection.detection_lines import Detection
from frazo_tools.detection.kitti_texts import KittiTexts
from frazo_tools.detection.scene_errors import SceneError
from frazo_tools.detection.stored_scans import StoredScan, read_scans

# The car in sample.LABELS.
CAR = Detection("Car", 0.875, (20.27, -3, -0.98, 3.9, 1.6, 1.5, 0), None)
BEHIND = CAR._replace(box=(-20, *CAR.box[1:]))


@pytest.fixture(name="scan")
def _scan(tmp_path):
    sample.write_folder(tmp_path)
    (scan,) = read_scans([tmp_path / "training" / "velodyne" / "000001.bin"])
    return scan


def test_what_the_camera_sees_is_written(tmp_path, scan):
    texts = KittiTexts(tmp_path / "a" / "b")
    texts.write(scan, [BEHIND, CAR])
    (line,) = (tmp_path / "a" / "b" / "000001.txt").read_text().splitlines()
    assert line.startswith("Car -1 -1 ")
    # Height, width, length; x, y, z of its bottom; rotation; score: those of the label.
    assert line.endswith(" 1.50 1.60 3.90 3.00 1.65 20.00 -1.57 0.875000")
    assert texts.outside == 1


def test_a_scan_where_nothing_was_found_has_an_empty_file(tmp_path, scan):
    KittiTexts(tmp_path / "out").write(scan, [])
    assert (tmp_path / "out" / "000001.txt").read_text() == ""


def test_what_has_no_text_is_told(tmp_path, scan):
    texts = KittiTexts(tmp_path / "out")
    with pytest.raises(SceneError) as raised:
        texts.write(StoredScan("7", np.zeros([0, 4]), 0, None, (9, 9)), [])
    assert raised.value.reason == "no calibration"
    assert "have velodyne/7.bin and calib/7.txt in one folder" in raised.value.detail
    with pytest.raises(ValueError, match="'Vehicle' is no class of KITTI's, such as Car"):
        texts.write(scan, [CAR._replace(label="Vehicle")])
    texts.write(scan, [])
    with pytest.raises(SceneError) as raised:
        texts.write(scan, [])
    assert raised.value.detail == "000001; write into another folder"
