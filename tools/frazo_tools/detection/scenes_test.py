"""Pages of scans, from records, detections and files of points."""

import base64
import json
import re

import numpy as np
import pytest
from frazo import _core
from frazo_tools.detection import sample, scenes
from frazo_tools.detection.kitti_folder import read_scene
from frazo_tools.detection.point_file_sample import pcd, ply
from frazo_tools.detection.scene_records import boxes_of, encode_scene


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    sample.write_folder(tmp_path / "kitti")
    with _core.RecordWriter(tmp_path / "train.tfrecord") as writer:
        for number in range(5):
            scene = read_scene(tmp_path / "kitti", "train", f"{number:06d}")
            writer.write(encode_scene(scene, boxes_of(scene.objects, scene.calibration)))
    return tmp_path


def run(*arguments):
    return scenes.main([*arguments, "--out=page.html"])


def shown(folder):
    page = (folder / "page.html").read_text()
    found = re.findall(r'<script type="application/json" class="scene">(.*?)</script>', page)
    return [json.loads(text) for text in found]


def test_records_are_shown_with_their_objects(folder, capsys):
    assert run("--records", "train.tfrecord", "--most=3") == 0
    assert capsys.readouterr().out == "3 scans written to page.html\n"
    found = shown(folder)
    assert [scene["name"] for scene in found] == ["000000", "000001", "000002"]
    points = np.frombuffer(base64.b64decode(found[1]["points"]), "<i2").reshape(-1, 3)
    np.testing.assert_array_equal(points, np.round(sample.points(41)[:, :3] * 100.0))
    # The area of the image has no box.
    assert [each["label"] for each in found[1]["truths"]] == ["Car", "Pedestrian"]
    assert found[1]["truths"][0]["box"][:6] == [20.27, -3, -0.98, 3.9, 1.6, 1.5]
    assert found[1]["detections"] is None
    assert "Precision and recall" not in (folder / "page.html").read_text()


def test_detections_choose_the_scans(folder):
    box = [20, -3, -1, 4, 1.6, 1.5, 0.1]
    line = {"id": "000003", "detections": [{"class": "Car", "score": 0.75, "box": box}]}
    (folder / "found.jsonl").write_text(json.dumps(line) + "\n")
    assert run("--records=train.tfrecord", "--detections=found.jsonl") == 0
    (scene,) = shown(folder)
    assert scene["name"] == "000003"
    (found,) = scene["detections"]
    assert (found["box"], found["label"], found["score"]) == (box, "Car", 0.75)


def write_lines(folder, **boxes_and_scores):
    lines = [
        {"id": name, "detections": [{"class": "Car", "score": s, "box": b} for b, s in found]}
        for name, found in boxes_and_scores.items()
    ]
    (folder / "found.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def test_detections_are_shown_with_overlaps_and_curves(folder):
    car = [20.27, -3, -0.98, 3.9, 1.6, 1.5, 0]
    # Moved by a third of its length, a box has half of the union in common with the first.
    moved = [car[0] + 3.9 / 3, *car[1:]]
    write_lines(folder, **{"000001": [(car, 0.9), (moved, 0.8)], "000002": [(moved, 0.7)]})
    assert run("--records=train.tfrecord", "--detections=found.jsonl", "--most=1") == 0
    (scene,) = shown(folder)
    right, again = scene["detections"]
    assert (right["truth"], right["verdict"]) == (0, "right")
    assert (again["truth"], again["verdict"]) == (0, "too little overlap")
    # The record has the box in float32, and KITTI's text in hundredths.
    assert [right["iou"], again["iou"]] == pytest.approx([1, 0.5], abs=0.002)
    # No detection is of a pedestrian: nobody searches for them.
    assert [each.get("counts", True) for each in scene["truths"]] == [True, False]
    page = (folder / "page.html").read_text()
    assert "The curves are those of 2 scans, all that have detections." in page
    (numbers,) = re.findall(r'id="curve_numbers">(.*?)</script>', page)
    curves = json.loads(numbers)
    (hard,) = [
        each
        for each in curves["precision_recall"]
        if (each["difficulty"], each["view"]) == ("hard", "3d")
    ]
    # One of the two cars is found, by the surest detection.
    assert (hard["truths"], hard["recalls"], hard["precisions"]) == (2, [0.5], [1])
    (calibration,) = curves["calibration"]
    assert (sum(calibration["detections"]), sum(calibration["hits"])) == (3, 1)


def test_scans_in_which_nothing_was_found(folder):
    write_lines(folder, **{"000000": [], "000004": []})
    assert run("--records=train.tfrecord", "--detections=found.jsonl") == 0
    scenes = shown(folder)
    assert [scene["detections"] for scene in scenes] == [[], []]
    # The detector may have sought both.
    assert all("counts" not in each for scene in scenes for each in scene["truths"])
    assert '"class": "Pedestrian"' in (folder / "page.html").read_text()


def test_records_without_labels_are_neither_judged_nor_scored(folder):
    scene = read_scene(folder / "kitti", "test", "000000")._replace(id="000009")
    with _core.RecordWriter(folder / "test.tfrecord") as writer:
        writer.write(encode_scene(scene, boxes_of([], scene.calibration)))
    # The box of the car in the label files.
    found = [20.27, -3, -0.98, 3.9, 1.6, 1.5, 0], 0.75
    write_lines(folder, **{"000000": [found], "000009": [found]})
    records = "--records", "train.tfrecord", "test.tfrecord"
    assert run(*records, "--detections=found.jsonl") == 0
    unknown, known = shown(folder)
    assert known["detections"][0]["verdict"] == "right"
    assert unknown["truths"] is None
    assert "verdict" not in unknown["detections"][0]
    page = (folder / "page.html").read_text()
    assert (
        "The curves are those of 1 scan, all that have detections. Left out: 1 scan without labels."
        in page
    )
    assert run("--records=test.tfrecord", "--detections=found.jsonl") == 0
    assert "Precision and recall" not in (folder / "page.html").read_text()


def test_scans_are_shown_without_labels(folder):
    scan = "kitti/training/velodyne/000002.bin"
    assert run("--scans", scan) == 0
    (scene,) = shown(folder)
    assert scene["name"] == "000002"
    assert scene["truths"] is scene["detections"] is None


def test_detections_are_shown_in_scans_of_any_kind(folder):
    columns = dict(zip("xyzi", sample.points(9).T, strict=True))
    columns["x"] = np.append(columns["x"][:-1], np.float32(np.nan))
    (folder / "scans").mkdir()
    (folder / "scans" / "a.pcd").write_bytes(pcd(columns, "binary"))
    (folder / "scans" / "b.ply").write_bytes(ply(columns, "ascii"))
    box = [20, -3, -1, 4, 1.6, 1.5, 0.1]
    line = {"id": "b", "detections": [{"class": "Car", "score": 0.75, "box": box}]}
    (folder / "found.jsonl").write_text(json.dumps(line) + "\n")
    assert run("--scans", "scans") == 0
    assert [scene["name"] for scene in shown(folder)] == ["a", "b"]
    assert run("--scans", "scans", "--detections=found.jsonl") == 0
    (scene,) = shown(folder)
    assert (scene["name"], len(scene["detections"])) == ("b", 1)
    # Nobody knows the objects.
    assert scene["truths"] is None
    assert "verdict" not in scene["detections"][0]
    assert "Precision and recall" not in (folder / "page.html").read_text()
    # 8 points of 3 numbers of 2 bytes.
    assert len(base64.b64decode(scene["points"])) == 48


def test_a_scan_without_points_is_shown(folder):
    (folder / "a.pcd").write_bytes(pcd(dict.fromkeys("xyz", np.zeros(0, np.float32)), "ascii"))
    assert run("--scans", "a.pcd") == 0
    assert [scene["points"] for scene in shown(folder)] == [""]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), "there is no scan to show; give --records or --scans, and with --detections"),
        (("--scans", "1.bin"), "scenes: 1.bin names no file"),
        (("--scans", "kitti/ImageSets"), "names no file ending in .bin, .npy, .pcd, .ply"),
        (("--scans", "kitti/training/calib/000000.txt"), "kitti/training/calib/000000.txt: "),
        (("--scans", "odd.bin"), "malformed scan: odd.bin has 3 bytes"),
        (("--records", "nothing*"), "nothing*"),
        (("--records=train.tfrecord", "--detections=1.jsonl"), "1.jsonl"),
    ],
)
def test_what_cannot_be_shown_is_an_error(folder, capsys, arguments, error):
    (folder / "odd.bin").write_bytes(b"123")
    assert run(*arguments) == 1
    assert error in capsys.readouterr().err
    assert not (folder / "page.html").exists()
