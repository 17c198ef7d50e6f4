"""Scans to lines of detections, with a made detector."""

import json

import numpy as np
import pytest
from frazo.export.detections import Detection
from frazo_tools.detection.detect import ScanDetector
from frazo_tools.detection.stored_scans import SCAN_FILES, StoredScan, read_scans
from frazo_tools.found_files import find_files


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
    np.save(tmp_path / "b.npy", np.append(points + 1, [[np.nan] * 4], 0))
    (tmp_path / "c.bin").write_bytes(b"123")
    np.save(tmp_path / "d.npy", np.zeros(4))
    return tmp_path


def test_each_scan_gives_a_line_and_each_damaged_one_a_message(folder, capsys):
    model = EchoDetector()
    detector = ScanDetector(model, batch_size=5, least_score=0.5)
    scans = read_scans(find_files([str(folder)], SCAN_FILES))
    records = [json.loads(line) for line in detector.run(scans)]
    assert [record["id"] for record in records] == ["a", "b"]
    assert records[1]["detections"] == [
        {"class": "Car", "score": 0.75, "box": [2, 3, 4, 4, 2, 1.5, 0.25]}
    ]
    assert model.calls == [(2, None)]
    assert (detector.scans, detector.objects, detector.failures) == (2, 2, 2)
    assert detector.left_out == 1
    messages = capsys.readouterr().err
    assert "detect: malformed scan: " in messages
    assert "c.bin has 3 bytes" in messages
    assert "d.npy: float64 [4]; expected numbers, [points, 3 or more]" in messages


def test_scans_with_and_without_a_camera_are_not_mixed():
    model = EchoDetector()
    calibration = type("Made", (), {"velo_to_image": np.zeros([3, 4])})()
    scans = [
        StoredScan(str(i), np.zeros([1, 4]), 0, calibration if i % 3 else None, (10, 10))
        for i in range(4)
    ]
    lines = list(ScanDetector(model, batch_size=2, least_score=0).run(iter(scans)))
    assert len(lines) == 4
    assert model.calls == [(1, None), (2, 2), (1, None)]
