"""The tool as a whole, on small corpora written here."""

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import time

import numpy as np
import pytest
from frazo import Pipeline, _core
from frazo.proto import pipeline_pb2
from frazo_tools.records.tf_example_features import bytes_features
from frazo_tools.speech import librispeech
from frazo_tools.speech.sample import tone, write_set
from google.protobuf import text_format

EXAMPLE_PROCESSOR = """
tf_example {
  features { name: "uttid" type: BYTES shape {} }
  features { name: "transcript" type: BYTES shape {} }
  features { name: "audio" type: BYTES shape {} }
  features { name: "milliseconds" type: INT64 shape {} }
}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(out, name):
    """The bytes of each shard of a set."""
    return {path.name: path.read_bytes() for path in sorted(out.glob(f"{name}.tfrecord-*"))}


def records(out, name):
    return [
        record
        for path in sorted(out.glob(f"{name}.tfrecord-*"))
        for record in _core.RecordReader(path)
    ]


def test_a_folder_of_sets_becomes_shards(folder, capsys):
    texts = write_set(folder / "LibriSpeech" / "dev-clean", 3, 5)
    write_set(folder / "LibriSpeech" / "train-clean-100", 2, 2)
    assert librispeech.main(["--out=out", "LibriSpeech", "--threads=2"]) == 0
    assert len(contents(folder / "out", "dev-clean")) == 1
    assert len(contents(folder / "out", "train-clean-100")) == 10
    found = records(folder / "out", "dev-clean")
    assert len(found) == len(texts) == 15
    for record in found:
        name = next(name for name in texts if name.encode() in record)
        assert texts[name].encode() in record
        speaker, chapter, _ = name.split("-")
        sound = folder / "LibriSpeech" / "dev-clean" / speaker / chapter / f"{name}.wav"
        assert sound.read_bytes() in record
    report = json.loads((folder / "out" / "dev-clean.json").read_text())
    assert report["utterances"] == 15
    assert report["words"] == sum(len(text.split()) for text in texts.values())
    assert report["hours"] == pytest.approx(15 * 0.32 / 3600, abs=1e-4)
    assert report["left_out"] == {}
    assert "dev-clean" in capsys.readouterr().out


def test_an_archive_gives_what_its_folder_gives(folder):
    write_set(folder / "LibriSpeech" / "dev-clean", 3, 5)
    # OpenSLR's archives have a chapter's sounds before its transcripts, or behind them.
    for reverse in (False, True):
        with tarfile.open("dev-clean.tar.gz", "w:gz") as archive:
            paths = sorted((folder / "LibriSpeech").rglob("*.*"), reverse=reverse)
            for path in paths:
                archive.add(path, path.relative_to(folder))
        shutil.rmtree("from_archive", ignore_errors=True)
        assert librispeech.main(["--out=from_archive", "dev-clean.tar.gz", "--shards=3"]) == 0
        assert librispeech.main(["--out=from_folder", "LibriSpeech/dev-clean", "--shards=3"]) == 0
        for name in ("from_archive", "from_folder"):
            assert sorted(records(folder / name, "dev-clean")) == sorted(
                records(folder / "from_folder", "dev-clean")
            )
    assert contents(folder / "from_archive", "dev-clean").keys() == {
        f"dev-clean.tfrecord-0000{i}-of-00003" for i in range(3)
    }


def test_a_manifest_of_each_kind(folder):
    (folder / "sounds").mkdir()
    for name in ("a", "b"):
        (folder / "sounds" / f"{name}.wav").write_bytes(tone(0.5))
    (folder / "calls.csv").write_text("path,text\nsounds/a.wav,Hello there\nsounds/b.wav,Yes\n")
    (folder / "nemo.jsonl").write_text(
        "".join(
            json.dumps({"audio_filepath": f"sounds/{name}.wav", "text": text, "duration": 0.5})
            + "\n"
            for name, text in (("a", "Hello there"), ("b", "Yes"))
        )
    )
    cuts = [
        {
            "id": f"sounds/{name}",
            "start": 0,
            "duration": 0.5,
            "recording": {
                "duration": 0.5,
                "sources": [{"type": "file", "source": f"sounds/{name}.wav"}],
            },
            "supervisions": [{"text": text}],
        }
        for name, text in (("a", "Hello there"), ("b", "Yes"))
    ]
    with gzip.open("cuts.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(cut) + "\n" for cut in cuts)
    assert librispeech.main(["--out=out", "calls.csv", "nemo.jsonl", "cuts.jsonl.gz"]) == 0
    first = records(folder / "out", "calls")
    assert len(first) == 2
    assert b"Hello there" in first[0]
    assert records(folder / "out", "nemo") == first
    assert records(folder / "out", "cuts") == first


def test_parts_of_a_recording_are_cut_out(folder, capsys):
    (folder / "long.wav").write_bytes(tone(2, rate=8000))
    segments = [(0, 0.5), (0.5, 0.75), (1.9, 0.1), (1.9, 3)]
    (folder / "nemo.jsonl").write_text(
        "".join(
            json.dumps(
                {"audio_filepath": "long.wav", "text": "hm", "offset": start, "duration": seconds}
            )
            + "\n"
            for start, seconds in segments
        )
    )
    recording = {"duration": 2, "sources": [{"type": "file", "source": "long.wav"}]}
    (folder / "cuts.jsonl").write_text(
        "".join(
            json.dumps(
                {
                    "id": f"long-{round(1000 * start):07}",
                    "start": start,
                    "duration": seconds,
                    "recording": recording,
                    "supervisions": [{"text": "hm"}],
                }
            )
            + "\n"
            for start, seconds in segments
        )
    )
    assert librispeech.main(["--out=out", "nemo.jsonl", "cuts.jsonl"]) == 0
    found = records(folder / "out", "nemo")
    assert records(folder / "out", "cuts") == found
    samples = _core.decode_sound(tone(2, rate=8000), sample_rate=8000)
    for record, (start, seconds) in zip(found, segments[:3], strict=True):
        features = bytes_features(record)
        assert features["uttid"] == [f"long-{round(1000 * start):07}".encode()]
        part = _core.decode_sound(features["audio"][0], sample_rate=8000)
        expected = samples[round(8000 * start) : round(8000 * (start + seconds))]
        np.testing.assert_allclose(part, expected, atol=1e-4)
    printed = capsys.readouterr().out
    assert "nemo.jsonl, line 4: it goes from 1.90 s to 4.90 s, and long.wav has 2.00 s" in printed


def test_what_cannot_be_taken_is_named_and_the_rest_goes_on(folder, capsys):
    speech = folder / "dev-clean"
    write_set(speech, 2, 4)
    chapter = speech / "100" / "7"
    whole = (chapter / "100-7-0001.wav").read_bytes()
    # A FLAC file whose middle is damaged stands for the first WAV file.
    (chapter / "100-7-0000.wav").unlink()
    flac = bytearray(_core.encode_flac(np.sin(np.arange(16000, dtype=np.float32) / 9)))
    flac[len(flac) // 2 : len(flac) // 2 + 64] = bytes(64)
    (chapter / "100-7-0000.flac").write_bytes(flac)
    (chapter / "100-7-0001.wav").write_bytes(whole[: len(whole) // 2])
    (chapter / "100-7-0002.wav").write_bytes(b"hello")
    (chapter / "100-7-0003.wav").unlink()
    (chapter / "100-7-0009.wav").write_bytes(tone(0.3))
    (speech / "101" / "7" / "101-7-0000.wav").write_bytes(tone(0.05))
    (speech / "101" / "7" / "101-7-0001.wav").write_bytes(tone(2))
    (speech / "101" / "7" / "101-7-0002.wav").write_bytes(whole[:44] + bytes(len(whole) - 44))
    full_scale = b"\xff\x7f\x00\x80" * (len(whole) // 4 - 11)
    (speech / "101" / "7" / "101-7-0003.wav").write_bytes(whole[:44] + full_scale)
    assert librispeech.main(["--out=out", "dev-clean", "--most_seconds=1"]) == 0
    report = json.loads((folder / "out" / "dev-clean.json").read_text())
    assert report["utterances"] == 1
    assert report["clipped_named"] == [
        {"name": "101-7-0003", "detail": "100.00% of its samples"},
    ]
    assert report["left_out"] == {
        "longer than 1 s": 1,
        "shorter than 0.1 s": 1,
        "silence": 1,
        "sound that cannot be read": 3,
        "sound without a transcript": 1,
        "transcript without a sound": 1,
    }
    printed = capsys.readouterr().out
    assert "100-7-0001: the sound ends early: its header tells of" in printed
    assert "100-7-0002: these 5 bytes are no sound" in printed
    assert "100-7-0000: the sound is damaged after" in printed
    assert "dev-clean: 1 utterance clipped, but taken:" in printed


def test_a_finished_set_is_not_read_again(folder):
    write_set(folder / "dev-clean", 2, 2)
    assert librispeech.main(["--out=out", "dev-clean"]) == 0
    before = contents(folder / "out", "dev-clean")
    shutil.rmtree(folder / "dev-clean" / "101")
    assert librispeech.main(["--out=out", "dev-clean"]) == 0
    assert contents(folder / "out", "dev-clean") == before
    # Other settings are another set.
    assert librispeech.main(["--out=out", "dev-clean", "--shards=2"]) == 0
    assert len(contents(folder / "out", "dev-clean")) == 2
    assert len(records(folder / "out", "dev-clean")) == 2


def test_after_twenty_kills_the_shards_are_the_same(folder):
    write_set(folder / "dev-clean", 20, 20)
    assert librispeech.main(["--out=whole", "dev-clean", "--shards=4"]) == 0
    command = [sys.executable, librispeech.__file__, "--out=killed", "dev-clean", "--shards=4"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    draw = random.Random(7)
    for _ in range(20):
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            time.sleep(draw.uniform(0, 0.8))
            process.send_signal(signal.SIGKILL)
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert contents(folder / "killed", "dev-clean") == contents(folder / "whole", "dev-clean")
    assert (folder / "killed" / "dev-clean.json").read_text() == (
        folder / "whole" / "dev-clean.json"
    ).read_text()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: None, "x does not exist"),
        (lambda folder: (folder / "x").write_text(""), "x is no folder, no archive"),
        (lambda folder: (folder / "x").mkdir(), "x is no set of LibriSpeech"),
    ],
)
def test_a_path_that_is_nothing_of_the_kind(folder, capsys, make, message):
    make(folder)
    assert librispeech.main(["--out=out", "x"]) == 1
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", "sound,text\na,b\n", "the first line names the columns sound, text; one must be"),
        ("x.jsonl", "[1]\n", "x.jsonl, line 1: expected a JSON object"),
        ("x.jsonl", "{\n", "x.jsonl, line 1 is no JSON"),
        ("x.csv", "path,text\n", "x has no utterance that can be taken"),
        ("x.csv", "path,text\nnone.wav,hello\n", "sound file that cannot be read"),
        ("x.jsonl", '{"path": "a.wav"}\n', "line of a manifest without sound or text it has path"),
    ],
)
def test_a_wrong_manifest_names_its_line(folder, capsys, name, content, message):
    (folder / name).write_text(content)
    assert librispeech.main(["--out=out", name]) == 1
    assert message in capsys.readouterr().err
    assert not list((folder / "out").glob("*.tfrecord*"))


def test_a_damaged_archive_is_named(folder, capsys):
    write_set(folder / "LibriSpeech" / "dev-clean", 2, 3)
    with tarfile.open("dev-clean.tar.gz", "w:gz") as archive:
        archive.add("LibriSpeech")
    whole = (folder / "dev-clean.tar.gz").read_bytes()
    (folder / "dev-clean.tar.gz").write_bytes(whole[: len(whole) // 2])
    assert librispeech.main(["--out=out", "dev-clean.tar.gz"]) == 1
    assert "dev-clean.tar.gz is damaged or ends early" in capsys.readouterr().err
    assert not list((folder / "out").glob("*.tfrecord*"))


def test_one_name_for_two_sets(folder, capsys):
    for name in ("a", "b"):
        write_set(folder / name / "dev-clean", 1, 1)
    assert librispeech.main(["--out=out", "a", "b"]) == 1
    assert "both called dev-clean" in capsys.readouterr().err


def test_the_pipeline_reads_the_records(folder):
    write_set(folder / "dev-clean", 2, 3)
    assert librispeech.main(["--out=out", "dev-clean"]) == 0
    config = text_format.Parse(
        'source { files { files { patterns: "out/dev-clean.tfrecord-*" } epochs: 1 } }'
        f"processor {{ {EXAMPLE_PROCESSOR}"
        '  steps { decode_audio { field: "audio" output: "samples" } }'
        '  steps { log_mel { field: "samples" output: "frames" } }'
        '  steps { drop { field: "samples" } } steps { drop { field: "audio" } } }'
        'batcher { buckets { length_of: "frames" bounds: [100] limits { examples: 6 } } }',
        pipeline_pb2.Pipeline(),
    )
    (batch,) = list(Pipeline(config))
    assert batch["frames"].shape == (6, 30, 80)
