"""Scans to lines of detections, with a made detector."""

import json

import numpy as np
import pytest
from frazo import _core
from frazo.export.detections import Detection
from frazo_tools.detection import sample
from frazo_tools.detection.detect import ScanDetector
from frazo_tools.detection.kitti_folder import read_scene
from frazo_tools.detection.kitti_results import write_results
from frazo_tools.detection.kitti_texts import KittiTexts
from frazo_tools.detection.scene_records import boxes_of, encode_scene
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


def test_the_text_of_kitti_is_that_of_the_lines(tmp_path, capsys):
    sample.write_folder(tmp_path)
    texts = KittiTexts(tmp_path / "texts")
    detector = ScanDetector(EchoDetector(), batch_size=3, least_score=0.5, texts=texts)
    training = tmp_path / "training" / "velodyne"
    scans = read_scans(find_files([str(training)], SCAN_FILES))
    (tmp_path / "found.jsonl").write_text("".join(f"{line}\n" for line in detector.run(scans)))
    with _core.RecordWriter(tmp_path / "x.tfrecord") as writer:
        for number in range(7):
            scene = read_scene(tmp_path, "train", f"{number:06d}")
            writer.write(encode_scene(scene, boxes_of(scene.objects, scene.calibration)))
    again = tmp_path / "again"
    results = write_results(tmp_path / "found.jsonl", [str(tmp_path / "x.tfrecord")], again)
    assert (results.scans, results.outside) == (7, texts.outside)
    names = [f"{number:06d}.txt" for number in range(7)]
    assert sorted(path.name for path in (tmp_path / "texts").iterdir()) == names
    for name in names:
        assert (tmp_path / "texts" / name).read_text() == (again / name).read_text()
    assert capsys.readouterr().err == ""


def test_a_scan_without_a_calibration_has_a_line_and_no_text(folder, capsys):
    texts = KittiTexts(folder / "texts")
    detector = ScanDetector(EchoDetector(), batch_size=2, least_score=0.5, texts=texts)
    assert len(list(detector.run(read_scans([folder / "a.bin"])))) == 1
    assert (detector.scans, detector.failures) == (1, 1)
    assert not list((folder / "texts").iterdir())
    assert "detect: no calibration: a: KITTI's text is in the frame" in capsys.readouterr().err
