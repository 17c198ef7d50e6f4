"""The tool as a whole: files of frames to records, and records to what a model sees."""

import json

import numpy as np
import pytest
from frazo import _core
from frazo_tools.detection.waymo import sample_frames, waymo
from frazo_tools.detection.waymo.example_scene_sample import example
from frazo_tools.records.tf_example import encode_example
from frazo_tools.records.tf_example_features import decode_example


def write(path, records):
    path.parent.mkdir(parents=True, exist_ok=True)
    with _core.RecordWriter(path) as writer:
        for record in records:
            writer.write(record)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with two drives of three frames and one frame for training, one for validation."""
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    frames = [sample_frames.sample_frame(number)[0].SerializeToString() for number in range(5)]
    write(tmp_path / "waymo" / "training" / "segment-a.tfrecord", frames[:3])
    write(tmp_path / "waymo" / "training" / "segment-b.tfrecord", frames[3:4])
    write(tmp_path / "waymo" / "validation" / "segment-c.tfrecord", frames[4:])
    (tmp_path / "waymo" / "training" / "LICENSE").write_text("a file of another kind")
    return tmp_path


def export(*more, splits=("train=waymo/training", "val=waymo/validation")):
    return waymo.main([*splits, "--out=records", "--processes=1", *more])


def records(folder, pattern):
    return [
        {name: feature.values for name, feature in decode_example(record).items()}
        for path in sorted((folder / "records").glob(pattern))
        for record in _core.RecordReader(path)
    ]


def report(folder, split="train"):
    return json.loads((folder / "records" / f"{split}.json").read_text())


def test_each_file_becomes_a_file_of_scans(folder, capsys):
    assert export("--object_interval=2") == 0
    out = folder / "records"
    assert sorted(path.name for path in out.iterdir()) == [
        "objects.tfrecord-00000-of-00002",
        "objects.tfrecord-00001-of-00002",
        "train.json",
        "train.tfrecord-00000-of-00002",
        "train.tfrecord-00001-of-00002",
        "val.json",
        "val.tfrecord-00000-of-00001",
    ]
    scenes = records(folder, "train.tfrecord-*")
    starts = [1_500_000_000_000_000 + 100_000 * number for number in range(4)]
    assert [scene["run_start_offset"][0] for scene in scenes] == starts
    assert scenes[0]["image/source_id"][0] == f"1005_000_1025_000_{starts[0]}".encode()
    _, points = sample_frames.sample_frame(0)
    xyz = np.reshape(scenes[0]["pointcloud/xyz"], [-1, 3])
    np.testing.assert_allclose(xyz, points[:, :3], rtol=0, atol=1e-5)
    # The first and the third frame of the first drive, the first of the second: a car and a
    # pedestrian in each, and a sign without a point.
    objects = records(folder, "objects.tfrecord-*")
    assert [each["scene_id"][0][-6:] for each in objects[::2]] == [b"000000", b"200000", b"300000"]
    assert [each["text"][0] for each in objects] == [b"Vehicle", b"Pedestrian"] * 3
    counts = {
        "scans": 4,
        "points": sum(len(sample_frames.sample_frame(number)[1]) for number in range(4)),
        "objects": 6,
        "objects_without_points": 3,
        "points_left_out": 0,
        "objects_left_out": 0,
        "unlabelled": 0,
        "labels": {"Pedestrian": 4, "Sign": 4, "Vehicle": 4},
        "left_out": {},
        "named": [],
    }
    found = report(folder)
    del found["settings"]
    assert found == counts
    assert report(folder, "val")["objects"] == 0
    printed = capsys.readouterr().out
    assert "train: 6 records of single objects" in printed
    assert "train: 3 objects without a point, of which no record is made" in printed
    assert printed.endswith("written to records\n")


def test_what_is_wrong_is_named_counted_and_left_out(folder, capsys):
    frame, _ = sample_frames.sample_frame(7)
    frame.laser_labels[2].type = 9
    good = frame.SerializeToString()
    frame.lasers[0].ri_return1.range_image_compressed = b"no image"
    path = folder / "waymo" / "training" / "segment-b.tfrecord"
    write(path, [frame.SerializeToString(), b"\x0a\xff", good, good])
    # A record is 8 bytes of length, 4 of checksum, the bytes, 4 of checksum: this damages the last.
    content = bytearray(path.read_bytes())
    content[-10] ^= 1
    path.write_bytes(content)
    assert export() == 0
    found = report(folder)
    assert found["scans"] == 4
    assert found["objects_left_out"] == 1
    assert found["left_out"] == {
        "damaged part of a file": 1,
        "malformed frame": 1,
        "malformed range image": 1,
    }
    source = "waymo/training/segment-b.tfrecord"
    details = [each["detail"] for each in found["named"]]
    assert details[0].startswith(
        f"{source}, record 0: 1005_000_1025_000_1500000000700000: TOP return 1 is damaged: Error -3"
    )
    assert details[1] == f"{source}, record 1: 2 bytes that are no Frame"
    assert source in details[2]
    printed = capsys.readouterr().out
    assert "train: 1 scan left out: malformed range image" in printed
    assert "train: 1 object left out: their boxes take no space, or their class is unk" in printed
    assert f"  {details[1]}" in printed


def test_a_split_of_tests_has_no_labels(folder, capsys):
    frame, _ = sample_frames.sample_frame(5)
    labelled = frame.SerializeToString()
    del frame.laser_labels[:]
    # Nobody labelled the first frame of the tests; the streets of the others may be empty.
    write(folder / "waymo" / "testing" / "a.tfrecord", [frame.SerializeToString(), labelled])
    write(folder / "waymo" / "validation" / "a.tfrecord", [frame.SerializeToString()])
    assert export(splits=["test=waymo/testing", "val=waymo/validation/a.tfrecord"]) == 0
    found = [scene["object/labelled"][0] for scene in records(folder, "test.tfrecord-*")]
    assert found == [0, 1]
    (street,) = records(folder, "val.tfrecord-*")
    assert street["object/labelled"][0] == 1
    assert report(folder, "test")["unlabelled"] == 1
    printed = capsys.readouterr().out
    assert "test: 1 scan without labels: no score counts what is found there" in printed


def test_files_that_are_done_are_not_read_again_and_a_changed_one_is_seen(folder):
    assert export("--processes=2") == 0
    shards = sorted((folder / "records").glob("*.tfrecord-*"))
    before = [path.stat().st_ino for path in shards]
    assert export() == 0
    assert [path.stat().st_ino for path in shards] == before
    # An export that was stopped goes on where it was: see split_export_test.
    frame, _ = sample_frames.sample_frame(8)
    write(folder / "waymo" / "training" / "segment-b.tfrecord", [frame.SerializeToString()] * 2)
    assert export() == 0
    assert report(folder)["scans"] == 5
    assert not list((folder / "records").glob("*unfinished*"))


def test_records_of_lingvo_give_the_same_features(folder):
    assert export() == 0
    (scene,) = records(folder, "val.tfrecord-*")
    write(folder / "lingvo" / "valid-00000-of-01000", [encode_example(example())])
    assert export("--out=again", splits=["val=lingvo"]) == 0
    (path,) = (folder / "again").glob("val.tfrecord-*")
    (record,) = _core.RecordReader(path)
    assert set(decode_example(record)) == set(scene)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["waymo/training"], "'waymo/training' is not SPLIT=FILES, such as train=/data/waymo"),
        (["objects=waymo/training"], "'objects=waymo/training' is not SPLIT=FILES"),
        (["../x=waymo/training"], "SPLIT is a word, and not objects"),
        (["train="], "'train=' is not SPLIT=FILES"),
        (["train=waymo/nothing*"], "waymo/nothing*"),
        (["train=waymo"], "waymo has no file whose name has .tfrecord or -of-"),
    ],
)
def test_splits_that_cannot_be_read_are_named(capsys, arguments, error):
    assert export(splits=arguments) == 1
    assert error in capsys.readouterr().err


def test_a_split_of_which_nothing_can_be_taken_is_an_error(folder, capsys):
    write(folder / "odd" / "a.tfrecord", [b"\x0a\xff"])
    assert export(splits=["train=odd"]) == 1
    assert (
        "odd: no scan of 'train' can be taken: malformed frame: odd/a.tfrecord, record 0: 2 bytes "
        "that are no Frame" in capsys.readouterr().err
    )
    assert not (folder / "records" / "train.json").exists()
