"""Exports that are stopped, go on, and begin anew, without processes."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest
from frazo_tools.detection.export_tally import ExportTally
from frazo_tools.detection.scene_errors import FolderError, SceneError
from frazo_tools.detection.split_export import Split, export_split, fingerprint, shard_path


class _Shard(NamedTuple):
    """Writes a file; one without scans leaves one out. It fails if a file `fail` is there."""

    out: Path
    number: int
    scans: int

    @property
    def size(self):
        return self.scans

    @property
    def paths(self):
        return [shard_path(self.out, "train", self.number, 3)]

    def export(self):
        if (self.out / "fail").exists() and self.number == 2:
            raise OSError("the disk is full")
        tally = ExportTally()
        tally.add(["Car"] * self.scans, scans=self.scans)
        if not self.scans:
            tally.leave_out("x", SceneError("no scan", "x.bin"))
        self.paths[0].write_text(f"{self.scans} scans")
        return tally.report()


def export(out, scans=(3, 4, 5), settings=1):
    shards = [_Shard(out, number, count) for number, count in enumerate(scans)]
    split = Split(out, "train", "kitti", {"settings": settings}, shards, False, "scans")
    with ThreadPoolExecutor(1) as pool:
        return export_split(split, pool)


def states(out):
    return {path.name: path.stat().st_mtime_ns for path in out.glob("train.tfrecord-*")}


def test_a_whole_split_is_not_made_again(tmp_path):
    report = export(tmp_path)
    assert (report["scans"], report["labels"]) == (12, {"Car": 12})
    assert json.loads((tmp_path / "train.json").read_text()) == report
    assert not (tmp_path / "train.unfinished.json").exists()
    before = states(tmp_path)
    assert len(before) == 3
    assert export(tmp_path) == report
    assert states(tmp_path) == before


def test_what_is_done_stays_where_something_fails(tmp_path):
    (tmp_path / "fail").touch()
    with pytest.raises(OSError, match="the disk is full"):
        export(tmp_path)
    before = states(tmp_path)
    assert sorted(before) == ["train.tfrecord-00000-of-00003", "train.tfrecord-00001-of-00003"]
    assert not (tmp_path / "train.json").exists()
    (tmp_path / "fail").unlink()
    assert export(tmp_path)["scans"] == 12
    assert before.items() <= states(tmp_path).items()
    assert not (tmp_path / "train.unfinished.json").exists()


def test_a_missing_file_makes_its_shard_anew(tmp_path):
    report = export(tmp_path)
    shard_path(tmp_path, "train", 1, 3).unlink()
    assert export(tmp_path) == report
    assert len(states(tmp_path)) == 3


@pytest.mark.parametrize("content", ["", "[]", '{"settings": 1, "shards"'])
def test_a_damaged_state_is_none(tmp_path, content):
    (tmp_path / "train.unfinished.json").write_text(content)
    (tmp_path / "train.json").write_text(content)
    assert export(tmp_path)["scans"] == 12


def test_other_settings_remove_the_records(tmp_path):
    export(tmp_path)
    odd = tmp_path / "train.tfrecord-00007-of-00008"
    odd.touch()
    # This is another split's.
    kept = tmp_path / "val.tfrecord-00000-of-00001"
    kept.touch()
    assert export(tmp_path, settings=2)["scans"] == 12
    assert not odd.exists()
    assert kept.exists()


def test_a_split_without_a_scan_is_an_error(tmp_path):
    error = "kitti: no scan of 'train' can be taken: no scan: x.bin; no scan: x.bin; no scan: x.bin"
    with pytest.raises(FolderError, match=error):
        export(tmp_path, scans=(0, 0, 0))
    assert not (tmp_path / "train.json").exists()


def test_a_fingerprint_changes_with_what_is_in_the_files(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("1")
    before = fingerprint([first, second])
    assert fingerprint([first, second]) == before
    second.write_text("2")
    assert fingerprint([first, second]) != before
