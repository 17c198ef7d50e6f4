"""Scans to lines of detections, with a made detector."""

import json

import numpy as np
import pytest
from frazo.export.detections import Detection
from frazo_tools.detection.detect import ScanDetector
from frazo_tools.detection.scene_errors import FolderError
from frazo_tools.detection.stored_scans import ScanProblem, StoredScan, find_scans, read_scans


class EchoDetector:
    """Finds a car at the first point of each scan."""

    def __init__(self):
        self.calls = []

    def detect(self, scans, cameras=None):
        self.calls.append((len(scans), None if cameras is None else len(cameras)))
        return [
            [
                Detection("Car", 0.75, (*scan[0, :3].tolist(), 4, 2, 1.5, 0.25)),
                Detection("Car", 0.25, (0,) * 7),
            ]
            for scan in scans
        ]


@pytest.fixture(name="folder")
def _folder(tmp_path):
    points = np.array([[1, 2, 3, 0.5], [4, 5, 6, 0.5]], np.float32)
    points.tofile(tmp_path / "a.bin")
    np.save(tmp_path / "b.npy", points.astype(np.float64) + 1)
    (tmp_path / "c.bin").write_bytes(b"123")
    np.save(tmp_path / "d.npy", np.zeros(4))
    return tmp_path


def test_each_scan_gives_a_line_and_each_damaged_one_a_message(folder, capsys):
    model = EchoDetector()
    detector = ScanDetector(model, batch_size=5, least_score=0.5)
    records = [json.loads(line) for line in detector.run(read_scans(find_scans([str(folder)])))]
    assert [record["id"] for record in records] == ["a", "b"]
    assert records[1]["detections"] == [
        {"class": "Car", "score": 0.75, "box": [2, 3, 4, 4, 2, 1.5, 0.25]}
    ]
    assert model.calls == [(2, None)]
    assert (detector.scans, detector.objects, detector.failures) == (2, 2, 2)
    messages = capsys.readouterr().err
    assert "c.bin has 3 bytes" in messages
    assert "d.npy: float64 [4]; expected numbers, [points, 3 or more]" in messages


def test_scans_with_and_without_a_camera_are_not_mixed():
    model = EchoDetector()
    calibration = type("Made", (), {"velo_to_image": np.zeros([3, 4])})()
    scans = [
        StoredScan(str(i), np.zeros([1, 4]), calibration if i % 3 else None, (10, 10))
        for i in range(4)
    ]
    lines = list(ScanDetector(model, batch_size=2, least_score=0).run(iter(scans)))
    assert len(lines) == 4
    assert model.calls == [(1, None), (2, 2), (1, None)]


def test_a_calibration_beside_the_scan_is_read(tmp_path):
    for name in ("velodyne", "calib"):
        (tmp_path / name).mkdir()
    np.ones([2, 4], np.float32).tofile(tmp_path / "velodyne" / "000001.bin")
    (scan,) = read_scans(find_scans([str(tmp_path)]))
    assert scan.calibration is None
    (tmp_path / "calib" / "000001.txt").write_text("P2: 1")
    (problem,) = read_scans(find_scans([str(tmp_path)]))
    assert isinstance(problem, ScanProblem)
    assert "000001.txt" in problem.text
    (tmp_path / "calib" / "000001.txt").write_text(
        "P2: 700 0 600 45 0 700 180 0 0 0 1 0\nR0_rect: 1 0 0 0 1 0 0 0 1\n"
        "Tr_velo_to_cam: 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
    )
    (scan,) = read_scans(find_scans([str(tmp_path)]))
    np.testing.assert_allclose(scan.calibration.velo_to_image[2], [1, 0, 0, 0])


def test_a_record_that_is_no_record_is_named(tmp_path):
    (tmp_path / "x.tfrecord").write_bytes(b"no record")
    (problem,) = read_scans(find_scans([str(tmp_path / "x.tfrecord")]))
    assert "x.tfrecord" in problem.text


def test_a_path_that_names_nothing_is_an_error(tmp_path):
    with pytest.raises(FolderError, match="names no file"):
        find_scans([str(tmp_path / "nothing*")])
    with pytest.raises(FolderError, match=r"names no file ending in \.bin or \.npy"):
        find_scans([str(tmp_path)])
