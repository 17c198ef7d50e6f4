"""The tool as a whole, on pages written here."""

import json
import re

import pytest
from frazo import _core
from frazo_tools.prose.sample import write_pages
from frazo_tools.records.tf_example_features import bytes_features
from frazo_tools.speech.spoken import spoken_corpus


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_pages(tmp_path / "pages", 60)
    return tmp_path


def run(out, *more):
    return spoken_corpus.main(
        [f"--out={out}", "--from", "pages", "--utterances=12", "--held_out=3", *more]
    )


def files(out):
    return {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }


def test_the_same_pages_give_the_same_sounds_and_records(folder, capsys):
    assert run("one", "--processes=1") == 0
    printed = capsys.readouterr().out
    assert "no real recordings: give the packages asterisk-core-sounds-en and" in printed
    assert re.search(r"^train +12 ", printed, re.MULTILINE)
    one = files(folder / "one")
    # 12 + 3 + 3 sounds, by as many speakers.
    assert sum(name.endswith(".flac") for name in one) == 18
    assert one["sounds/dev/301/1/301-1.trans.txt"].startswith(b"301-1-0000 ")
    assert run("two", "--processes=2") == 0
    two = files(folder / "two")
    assert set(one) == set(two)
    settings = ("train.json", "dev.json", "test.json")
    assert all(one[name] == two[name] for name in one if name not in settings)


def test_a_record_has_the_sound_and_what_is_said(folder):
    assert run("out") == 0
    (record,) = (
        record
        for record in _core.RecordReader(folder / "out" / "dev.tfrecord-00000-of-00001")
        if b"301-1-0000" in record
    )
    features = bytes_features(record)
    text = features["transcript"][0].decode()
    assert 4 <= len(text.split()) <= 12
    assert text == text.lower()
    flac = folder / "out" / "sounds" / "dev" / "301" / "1" / "301-1-0000.flac"
    assert features["audio"] == [flac.read_bytes()]
    assert 8000 < len(_core.decode_sound(features["audio"][0])) < 120000


def test_a_complete_set_is_kept_and_another_one_replaces_it(folder):
    assert run("out") == 0
    sound = folder / "out" / "sounds" / "train" / "101" / "1" / "101-1-0000.flac"
    made = sound.stat().st_mtime_ns
    (folder / "out" / "sounds" / "dev" / "made_of.json").unlink()
    assert run("out") == 0
    assert sound.stat().st_mtime_ns == made
    assert run("out", "--utterances=10") == 0
    assert sound.stat().st_mtime_ns > made
    assert json.loads((folder / "out" / "train.json").read_text())["utterances"] == 10


@pytest.mark.parametrize(
    ("options", "error"),
    [
        (["--utterances=100000"], "for train, fewer than the 100,000 of --utterances. Give more"),
        (["--from", "nowhere"], "spoken_corpus: nowhere: does not exist"),
    ],
)
def test_what_cannot_be_made_is_an_error(capsys, options, error):
    assert run("out", *options) == 1
    assert error in capsys.readouterr().err
