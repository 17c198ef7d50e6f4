"""The tool as a whole: scans, labels and records."""

import json

import numpy as np
import pytest
from frazo import _core
from frazo.geometry import crop_objects
from frazo_tools.detection import lidar_scenes
from frazo_tools.records.tf_example_features import decode_example


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(out, *more):
    return lidar_scenes.main(
        [f"--out={out}", "--scenes=5", "--heldout=2", "--shards=2", "--processes=2", *more]
    )


def files(out):
    return {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }


def records(out, pattern):
    return [
        {name: feature.values for name, feature in decode_example(record).items()}
        for path in sorted(out.glob(pattern))
        for record in _core.RecordReader(path)
    ]


def test_one_command_gives_what_a_trainer_needs(folder, capsys):
    assert run("out") == 0
    out = folder / "out"
    assert (out / "ImageSets" / "val.txt").read_text() == "000000\n000001\n"
    scenes = records(out, "train.tfrecord-*-of-00002")
    # Every second of the five goes into the first file.
    names = [b"000002", b"000004", b"000006", b"000003", b"000005"]
    assert [scene["image/source_id"][0] for scene in scenes] == names
    assert len(records(out, "val.tfrecord-*-of-00002")) == 2
    objects = records(out, "objects.tfrecord-*-of-00002")
    assert {each["scene_id"][0] for each in objects} <= set(names)
    by_name = {scene["image/source_id"][0]: scene for scene in scenes}
    for each in objects:
        scene = by_name[each["scene_id"][0]]
        points = np.array(scene["pointcloud/xyz"], np.float32).reshape(-1, 3)
        (inside,) = crop_objects(points, [np.array(each["bbox_3d"], np.float32)])
        assert each["num_points"][0] == len(inside) > 0
        np.testing.assert_array_equal(np.reshape(each["points"], [-1, 3]), inside)
    report = json.loads((out / "train.json").read_text())
    assert report["scans"] == 5
    assert report["left_out"] == {}
    assert report["objects"] == len(objects)
    printed = capsys.readouterr().out
    assert "split  scans  points each" in printed
    assert f"train: {len(objects)} records of single objects" in printed


def test_the_same_seed_gives_the_same_files_however_many_processes(folder):
    assert run("one", "--processes=1") == 0
    assert run("two") == 0
    one, two = files(folder / "one"), files(folder / "two")
    assert set(one) == set(two)
    # The reports name the folder and the times of its files.
    assert all(one[name] == two[name] for name in one if name not in ("train.json", "val.json"))


def test_what_is_there_is_kept_and_more_scenes_are_added(folder):
    assert run("out") == 0
    before = files(folder / "out")
    scan = folder / "out" / "training" / "velodyne" / "000003.bin"
    made = scan.stat().st_mtime_ns
    shard = folder / "out" / "train.tfrecord-00000-of-00002"
    inode = shard.stat().st_ino
    assert run("out") == 0
    assert (scan.stat().st_mtime_ns, shard.stat().st_ino) == (made, inode)
    assert files(folder / "out") == before
    # A scan that is missing is made again, as it was.
    (folder / "out" / "training" / "label_2" / "000004.txt").unlink()
    assert run("out", "--scenes=6") == 0
    after = files(folder / "out")
    name = "training/label_2/000004.txt"
    assert after[name] == before[name]
    assert scan.stat().st_mtime_ns == made
    assert json.loads(after["train.json"])["scans"] == 6


def test_another_seed_replaces_the_scenes(folder):
    assert run("out", "--no-records") == 0
    before = files(folder / "out")
    assert "train.json" not in before
    assert run("out", "--no-records", "--seed=2", "--scenes=1") == 0
    after = files(folder / "out")
    assert sum(name.endswith(".bin") for name in after) == 3
    name = "training/velodyne/000000.bin"
    assert before[name] != after[name]


def test_options_out_of_range_are_refused(capsys):
    with pytest.raises(SystemExit):
        run("out", "--scenes=0")
    assert "'0' is not a whole number >= 1" in capsys.readouterr().err
