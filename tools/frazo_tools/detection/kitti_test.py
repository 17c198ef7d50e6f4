"""The tool as a whole: export, restore and detections."""

import json
import math

import numpy as np
import pytest
from frazo import _core
from frazo.tasks.car.kitti.labels import parse_label_line
from frazo_tools.detection import kitti, sample
from frazo_tools.records.tf_example import encode_example
from frazo_tools.records.tf_example_features import decode_example

# The car in sample.LABELS has this box.
CAR = [20.27, -3, -0.98, 3.9, 1.6, 1.5, 0]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    sample.write_folder(tmp_path / "kitti")
    return tmp_path


def export(*more):
    return kitti.main(["export", "kitti", "--out=records", "--shards=2", "--processes=1", *more])


def records(folder, pattern):
    return [
        {name: feature.values for name, feature in decode_example(record).items()}
        for path in sorted((folder / "records").glob(pattern))
        for record in _core.RecordReader(path)
    ]


def test_a_record_has_the_features_that_detectors_read(folder, capsys):
    assert export() == 0
    scenes = records(folder, "train.tfrecord-*")
    names = [b"000000", b"000002", b"000004", b"000001", b"000003"]
    assert [scene["image/source_id"][0] for scene in scenes] == names
    scene = scenes[1]
    points = sample.points(42)
    np.testing.assert_array_equal(np.reshape(scene["pointcloud/xyz"], [-1, 3]), points[:, :3])
    np.testing.assert_array_equal(scene["pointcloud/reflectance"], points[:, 3])
    assert list(scene["object/labelled"]) == [1]
    assert list(scene["object/label"]) == [b"Car", b"Pedestrian", b"DontCare"]
    assert list(scene["object/has_3d_info"]) == [1, 1, 0]
    assert list(scene["object/occlusion"]) == [0, 1, -1]
    np.testing.assert_allclose(scene["object/truncation"], [0, 0.2, -1], rtol=1e-6)
    np.testing.assert_allclose(scene["object/image/bbox/ymax"], [243.9, 200.5, 190.13], rtol=1e-6)
    centers = np.reshape(scene["object/velo/bbox/xyz"], [-1, 3])
    np.testing.assert_allclose(centers[0], CAR[:3], rtol=1e-6)
    assert centers[2].tolist() == [-1000] * 3
    sizes = np.reshape(scene["object/velo/bbox/dim_xyz"], [-1, 3])
    np.testing.assert_allclose(sizes, [CAR[3:6], [0.8, 0.6, 1.8], [-1] * 3], rtol=1e-6)
    headings = [1.57 - math.pi / 2, -0.25 - math.pi / 2, -10]
    np.testing.assert_allclose(scene["object/velo/bbox/phi"], headings, atol=1e-6)
    assert (scene["image/width"][0], scene["image/height"][0]) == (1242, 375)
    assert len(scene["transform/velo_to_image_plane"]) == 12
    to_camera = np.reshape(scene["transform/velo_to_camera"], [4, 4])
    back = np.reshape(scene["transform/camera_to_velo"], [4, 4])
    np.testing.assert_allclose(to_camera @ back, np.eye(4), atol=1e-6)
    assert "train: 5 scans without an image, whose size is taken to be 1242 x 375" in (
        capsys.readouterr().out
    )


def test_objects_have_their_points(folder):
    assert export() == 0
    objects = records(folder, "objects.tfrecord-*")
    # All random points that are in the pedestrian, too, would be luck.
    cars = [each for each in objects if each["text"][0] == b"Car"]
    assert [each["scene_id"][0] for each in cars] == [
        b"000000",
        b"000002",
        b"000004",
        b"000001",
        b"000003",
    ]
    car = cars[1]
    assert car["num_points"][0] >= 11
    assert len(car["points"]) == 3 * car["num_points"][0]
    assert len(car["points_feature"]) == car["num_points"][0]
    np.testing.assert_allclose(car["bbox_3d"][:6], CAR[:6], rtol=1e-6)
    # 60.7 pixels high, not occluded, not truncated: easy.
    assert (car["label"][0], car["difficulty"][0], car["bbox_id"][0]) == (1, 3, 0)
    assert (car["occlusion"][0], car["truncation"][0]) == (0, 0)
    report = json.loads((folder / "records" / "train.json").read_text())
    assert report["objects"] == len(objects)
    assert report["objects_without_points"] == 10 - len(objects)


def test_what_is_wrong_is_named_and_left_out(folder, capsys):
    training = folder / "kitti" / "training"
    (training / "label_2" / "000001.txt").write_text("Car 1 2\n")
    (training / "velodyne" / "000003.bin").unlink()
    assert export() == 0
    report = json.loads((folder / "records" / "train.json").read_text())
    assert report["scans"] == 3
    assert report["left_out"] == {"malformed labels": 1, "no scan": 1}
    assert [each["name"] for each in report["named"]] == ["000001", "000003"]
    printed = capsys.readouterr().out
    assert "train: 1 scan left out: malformed labels" in printed
    assert "label_2/000001.txt, line 1: 3 columns; a label has 15, and one more" in printed
    for number in (5, 6):
        (training / "calib" / f"{number:06d}.txt").unlink()
    assert export() == 1
    assert "no scan of 'val' can be taken: no calibration: " in capsys.readouterr().err


def test_a_stopped_export_goes_on_and_a_changed_label_is_seen(folder):
    assert export("--processes=2") == 0
    out = folder / "records"
    whole = {path.name: path.read_bytes() for path in out.iterdir()}
    shards = sorted(out.glob("train.tfrecord-*"))
    kept = shards[0].stat().st_ino
    # As after a run that was stopped when the second shard was not there yet.
    report = json.loads((out / "train.json").read_text())
    (out / "train.json").unlink()
    shards[1].unlink()
    state = {"settings": report["settings"], "shards": {"0": {**report, "scans": 3}}}
    (out / "train.unfinished.json").write_text(json.dumps(state))
    assert export() == 0
    assert shards[0].stat().st_ino == kept
    again = {path.name: path.read_bytes() for path in out.iterdir()}
    assert set(again) == set(whole)
    assert all(again[name] == whole[name] for name in whole if name != "train.json")
    labels = folder / "kitti" / "training" / "label_2" / "000000.txt"
    labels.write_text(labels.read_text().replace("Pedestrian", "Person_sitting"))
    assert export() == 0
    assert json.loads((out / "train.json").read_text())["labels"]["Person_sitting"] == 1
    assert export("--shards=1") == 0
    assert len(list(out.glob("train.tfrecord-*"))) == 1


def test_restored_files_are_those_that_were_exported(folder, capsys):
    training = folder / "kitti" / "training"
    (training / "image_2").mkdir()
    (training / "image_2" / "000001.png").write_bytes(sample.png(1224, 370))
    (training / "label_2" / "000002.txt").write_bytes(b"")
    # Ends of lines and blanks stay, too.
    text = sample.LABELS.replace(" ", "  ").replace("\n", "\r\n")
    (training / "label_2" / "000003.txt").write_bytes(text.encode())
    assert export("--images") == 0
    assert (
        kitti.main(["restore", "records/train.tfrecord-*", "records/val.tfrecord-*", "--out=again"])
        == 0
    )
    assert "7 scans\nwritten to again" in capsys.readouterr().out
    before = {path.relative_to(training): path.read_bytes() for path in training.rglob("*.*")}
    again = folder / "again" / "training"
    after = {path.relative_to(again): path.read_bytes() for path in again.rglob("*.*")}
    assert after == before


def test_a_test_split_has_no_objects(folder):
    assert export("--splits", "test") == 0
    (scene,) = records(folder, "test.tfrecord-*")
    assert list(scene["object/label"]) == []
    assert list(scene["object/labelled"]) == [0]
    assert kitti.main(["restore", "records/test.tfrecord-*", "--out=again"]) == 0
    before, after = (
        {path.relative_to(each): path.read_bytes() for path in each.rglob("*.*")}
        for each in (folder / "kitti" / "testing", folder / "again" / "testing")
    )
    assert after == before
    assert not (folder / "again" / "training").exists()


def detections(*lines):
    with open("found.jsonl", "w") as file:
        file.writelines(f"{json.dumps(line)}\n" for line in lines)
    return kitti.main(
        ["detections", "found.jsonl", "--records", "records/val.tfrecord-*", "--out=results"]
    )


def detected(**changed):
    found = {"class": "Car", "score": 0.875, "box": CAR, **changed}
    return {"id": "000005", "detections": [found]}


def test_detections_become_lines_of_kitti(folder, capsys):
    assert export() == 0
    behind = {**detected()["detections"][0], "box": [-20, *CAR[1:]]}
    placed = {**detected()["detections"][0], "image_box": [1, 2, 3, 4.5]}
    line = {"id": "000005", "detections": [*detected()["detections"], behind, placed]}
    assert detections(line) == 0
    first, second = (folder / "results" / "000005.txt").read_text().splitlines()
    assert (folder / "results" / "000006.txt").read_text() == ""
    found = parse_label_line(first)
    assert (found.label, found.score, found.truncation, found.occlusion) == ("Car", 0.875, -1, -1)
    assert found.location == (3, 1.65, 20)
    assert found.dimensions == (1.5, 1.6, 3.9)
    assert found.rotation_y == -1.57
    # -pi / 2 - atan2(3, 20).
    assert found.alpha == -1.72
    # Its rear is 18.05 m ahead, from 2.2 to 3.8 m to the right: 600 + (700 * 2.2 + 45) / 18.05 is
    # further to the right than 600 + (700 * 2.2 + 45) / 21.95, which is its front.
    left, top, right, bottom = found.image_box
    assert (left, right) == pytest.approx((672.21, 749.86), abs=0.01)
    assert (top, bottom) == pytest.approx((184.78, 243.99), abs=0.01)
    assert parse_label_line(second).image_box == (1, 2, 3, 4.5)
    printed = capsys.readouterr().out
    assert "2 detections in 2 scans, of which 1 have none" in printed
    assert "1 detection left out: the camera does not see them" in printed


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ([], "found.jsonl, line 1: expected an object with the text 'id'"),
        ({"id": 5}, "expected an object with the text 'id'"),
        ({"id": "000005"}, "expected the list 'detections'"),
        ({"id": "000005", "detections": [3]}, "detections[0] is no object"),
        (
            detected(**{"class": "Plane"}),
            "detections[0]: 'Plane' is no class of KITTI's, such as Car",
        ),
        (detected(**{"class": "DontCare"}), "'DontCare' is no class"),
        (detected(score="high"), "detections[0].score: expected 1 number from"),
        (detected(score=True), "detections[0].score: expected 1 number from"),
        (detected(box=CAR[:6]), "detections[0].box: expected 7 numbers from -1,000,000 to"),
        (
            detected(box=[math.inf, *CAR[1:]]),
            "detections[0].box: expected 7 numbers from -1,000,000 to",
        ),
        (detected(box=[10**400, *CAR[1:]]), "detections[0].box: expected 7 numbers"),
        (detected(box=[1, 2, 3, 0, 1, 1, 0]), "detections[0].box has a size that is not positive"),
        (detected(image_box=[5, 0, 4, 1]), "detections[0].image_box ends before it begins"),
    ],
)
def test_malformed_detections_are_named(capsys, line, error):
    assert detections(line) == 1
    assert error in capsys.readouterr().err


def test_each_line_is_of_a_scan_of_its_own_and_of_the_records(capsys):
    assert detections(detected(), detected()) == 1
    assert "found.jsonl, line 2: the id 000005 comes twice" in capsys.readouterr().err
    assert export("--splits", "val") == 0
    assert detections(detected(), {**detected(), "id": "000009"}) == 1
    assert "found.jsonl: the records have no scan 000009; give the" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({}, "record 0: the record has no feature image/source_id; make it with //tools:kitti"),
        ({"image/source_id": b"../5"}, "image/source_id: '../5' is no id of a scan"),
        ({"calibration/kitti_text": b"P2: 1\n"}, "000005: line 1: P2 has 1 values"),
        ({"image/width": 0}, "image/width 0 and image/height 10 are not from 1 to 1,000,000"),
        ({"image/height": 1 << 40}, "and image/height 1,099,511,627,776 are not from 1 to"),
        ({"image/width": np.array([np.inf])}, "the record is no scan in KITTI's layout"),
        ({"pointcloud/xyz": np.zeros([0, 3])}, "the record is no scan in KITTI's layout"),
        ({"pointcloud/reflectance": np.zeros(1)}, "the record is no scan in KITTI's layout"),
    ],
)
def test_records_of_something_else_are_refused(folder, capsys, changed, error):
    features = {
        "image/source_id": b"000005",
        "image/width": 10,
        "image/height": 10,
        "calibration/kitti_text": sample.CALIBRATION.encode(),
        "object/kitti_line": [],
        "pointcloud/xyz": np.zeros([2, 3]),
        "pointcloud/reflectance": np.zeros(2),
        **changed,
    }
    with _core.RecordWriter(folder / "odd.tfrecord") as writer:
        writer.write(encode_example(features if changed else {"a": 1}))
    assert kitti.main(["restore", "odd.tfrecord", "--out=again"]) == 1
    assert error in capsys.readouterr().err
