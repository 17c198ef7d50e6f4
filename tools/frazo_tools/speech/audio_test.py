"""The tool as a whole, on sounds written here."""

import re

import numpy as np
import pytest
from frazo import _core
from frazo.proto import log_mel_pb2
from frazo_tools.speech import audio, librispeech
from frazo_tools.speech.sample import tone, write_set
from google.protobuf import text_format


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_sound_is_shown_and_drawn(folder, capsys):
    (folder / "a [1].wav").write_bytes(tone(0.5, rate=8000))
    assert audio.main(["show", "a [1].wav", "--picture=a.png"]) == 0
    printed = capsys.readouterr().out
    assert re.search(
        r"a \[1\]\.wav  0\.50 s +8,000 Hz +1 +-6\.0 dB +-9\.0 dB +0\.00%  WAV", printed
    )
    assert "1 sound, 0.000 hours; the shortest has 0.50 s" in printed
    assert (folder / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_and_records_show_the_same_sounds(folder, capsys):
    write_set(folder / "dev-clean", 2, 3)
    assert librispeech.main(["--out=out", "dev-clean"]) == 0
    capsys.readouterr()
    for path in ("dev-clean", "out/dev-clean.tfrecord-*"):
        assert audio.main(["show", path, "-n", "2"]) == 0
        printed = capsys.readouterr().out
        assert "6 sounds" in printed
        assert "the longest 0.32 s" in printed
        assert printed.count(" Hz") == 2


def test_statistics_normalize_the_features(folder, capsys):
    generator = np.random.default_rng(1)
    for name in range(3):
        noise = generator.normal(0, 0.1, 16000).clip(-1, 1)
        content = tone(1)[:44] + (noise * 32767).astype("<i2").tobytes()
        (folder / f"{name}.wav").write_bytes(content)
    assert audio.main(["statistics", ".", "--log_mel=num_bins: 5"]) == 0
    printed = capsys.readouterr().out
    assert "# Over 294 frames." in printed
    config = text_format.Parse(printed, log_mel_pb2.LogMel(num_bins=5))
    frontend = _core.LogMelFrontend(config.SerializeToString())
    features = np.concatenate(
        [
            frontend.compute(_core.decode_sound((folder / f"{name}.wav").read_bytes()))
            for name in range(3)
        ]
    )
    np.testing.assert_allclose(features.mean(axis=0), 0, atol=1e-3)
    np.testing.assert_allclose(features.std(axis=0), 1, atol=1e-3)


def test_a_bad_sound_is_named_and_the_rest_is_shown(folder, capsys):
    (folder / "a.wav").write_bytes(b"hello")
    (folder / "b.wav").write_bytes(tone(0.5))
    assert audio.main(["show", "."]) == 1
    printed = capsys.readouterr()
    assert "a.wav: these 5 bytes are no sound" in printed.err
    assert "1 sound could not be read" in printed.err
    assert "1 sound, " in printed.out


def test_what_is_silent_or_clipped_is_counted(folder, capsys):
    (folder / "a.wav").write_bytes(tone(0.5))
    (folder / "b.wav").write_bytes(tone(0.5)[:44] + bytes(16000))
    (folder / "c.wav").write_bytes(tone(0.5)[:44] + b"\xff\x7f\x00\x80" * 4000)
    assert audio.main(["show", ".", "-n", "1"]) == 0
    assert "silent: 1; clipped: 1" in capsys.readouterr().out
    assert audio.main(["show", "a.wav"]) == 0
    assert "silent" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["show", "none.wav"], "none.wav names no file"),
        (["show", "."], "names no file ending in .flac, .wav"),
        (["statistics", "silence.wav"], "80 features never changed"),
        (["statistics", "short.wav"], "the sounds have no frame"),
        (
            ["show", "other.tfrecord"],
            "other.tfrecord, record 0: no tf.Example with a feature `audio`",
        ),
        (["show", "short.wav", "--log_mel=stride: 0"], "config.stride: expected at least 1"),
    ],
)
def test_what_is_wrong_is_named(folder, capsys, arguments, message):
    if arguments[1] != ".":
        (folder / "silence.wav").write_bytes(tone(1)[:44] + bytes(32000))
        (folder / "short.wav").write_bytes(tone(0.001))
        with _core.RecordWriter(folder / "other.tfrecord") as writer:
            writer.write(b"hello")
    assert audio.main(arguments) == 1
    assert message in capsys.readouterr().err


def test_a_wrong_message_is_a_usage_error(folder, capsys):
    with pytest.raises(SystemExit):
        audio.main(["show", "a.wav", "--log_mel=bins: 3"])
    assert "is no frazo.LogMel" in capsys.readouterr().err
