"""The lines, with a recogniser that a script makes; docs/speech.md runs the whole program."""

import json
from typing import NamedTuple

import pytest
from frazo_tools.speech import transcribe
from frazo_tools.speech.sample import tone
from frazo_tools.speech.stored_sounds import StoredSound


class Transcript(NamedTuple):
    text: str
    score: float
    seconds: float
    hypotheses: list


class Refused(Exception):
    pass


class Recognizer:
    """Recognises the number of bytes. It refuses all sounds if one is b"hello"."""

    def __init__(self, *others):
        self.batches = []
        self.others = list(others)

    def transcribe(self, sounds):
        if b"hello" in sounds:
            raise Refused
        self.batches.append(len(sounds))
        texts = [f"{len(sound)} bytes" for sound in sounds]
        return [Transcript(text, -1.5, 0.25, [(text, -1.5), *self.others]) for text in texts]

    def stream_sound(self):
        return Stream()


class Stream:
    """Recognises the number of samples and how many chunks they came in, every second chunk."""

    sample_rate = 8000

    def __init__(self):
        self.samples = self.chunks = 0
        self.text = ""

    def feed(self, samples, *, is_last=False):
        assert 0 < len(samples) <= 800
        self.samples += len(samples)
        self.chunks += 1
        if is_last or self.chunks % 2 == 0:
            self.text = f"{self.samples} in {self.chunks}"
        return Transcript(self.text, -1.5, self.samples / self.sample_rate, [(self.text, -1.5)])


def make(recognizer, **settings):
    return transcribe.Transcriber(recognizer, refusal=Refused, **settings)


def stored(*contents):
    return [StoredSound(f"sound {i}", content, 0) for i, content in enumerate(contents)]


def test_each_sound_gives_a_line_in_order():
    recognizer = Recognizer()
    transcriber = make(recognizer, batch_size=2, as_json=False)
    sounds = stored(tone(0.1), tone(0.2), tone(0.3))
    assert list(transcriber.run(sounds)) == [
        f"sound {i}\t{len(sound.content)} bytes" for i, sound in enumerate(sounds)
    ]
    assert recognizer.batches == [2, 1]
    assert transcriber.seconds == 0.75


def test_the_end_tells_the_real_time_factor(capsys):
    transcriber = make(Recognizer(), batch_size=2, as_json=False)
    list(transcriber.run(stored(tone(0.1), b"hello", tone(0.2))))
    transcribe.report(transcriber, 0.06)
    # Two sounds of 0.25 seconds, says the recogniser.
    assert capsys.readouterr().err.splitlines()[-2:] == [
        "transcribe: 2 sounds, 0.5 s, in 0.1 s: real-time factor 0.120",
        "transcribe: 1 sound could not be read",
    ]


def test_json_lines_are_what_wer_reads():
    transcriber = make(Recognizer(), batch_size=2, as_json=True)
    (line,) = transcriber.run(stored(tone(0.1)))
    assert json.loads(line) == {
        "id": "sound 0",
        "hypothesis": "3244 bytes",
        "score": -1.5,
        "seconds": 0.25,
    }


def test_json_lines_have_all_texts_of_a_search_that_finds_several():
    recognizer = Recognizer(("3 bites", -2.00004))
    transcriber = make(recognizer, batch_size=2, as_json=True)
    (line,) = transcriber.run(stored(tone(0.1)))
    assert json.loads(line)["hypotheses"] == [
        {"text": "3244 bytes", "score": -1.5},
        {"text": "3 bites", "score": -2.0},
    ]


def test_what_is_no_sound_is_named_and_the_rest_goes_on(capsys):
    transcriber = make(Recognizer(), batch_size=2, as_json=False)
    lines = list(transcriber.run(stored(tone(0.1), b"hello", tone(0.2))))
    assert [line.split("\t")[0] for line in lines] == ["sound 0", "sound 2"]
    assert transcriber.failures == 1
    assert "sound 1: these 5 bytes are no sound" in capsys.readouterr().err


def test_a_stream_of_what_is_no_sound_is_named_and_the_rest_goes_on(capsys):
    transcriber = make(Recognizer(), batch_size=1, as_json=False, chunk_ms=100)
    assert list(transcriber.run(stored(b"hello", tone(0.1)))) == ["sound 1\t800 in 1"]
    assert transcriber.failures == 1
    assert "sound 0: these 5 bytes are no sound" in capsys.readouterr().err


def test_a_refusal_without_a_sound_that_is_none_ends_the_program():
    recognizer = Recognizer()
    recognizer.transcribe = lambda sounds: (_ for _ in ()).throw(Refused)
    with pytest.raises(Refused):
        list(make(recognizer, batch_size=1, as_json=False).run(stored(tone(0.1))))


def test_sounds_are_decoded_by_the_model_alone(monkeypatch):
    def refuse(*_):
        raise AssertionError

    monkeypatch.setattr(transcribe._core, "decode_sound", refuse)
    assert len(list(make(Recognizer(), batch_size=2, as_json=False).run(stored(tone(0.1))))) == 1


def test_a_stream_gets_chunks_and_prints_what_is_new(capsys):
    transcriber = make(Recognizer(), batch_size=1, as_json=False, chunk_ms=100)
    assert list(transcriber.run(stored(tone(0.45), tone(0.1), tone(0.2)))) == [
        "sound 0\t3600 in 5",
        "sound 1\t800 in 1",
        "sound 2\t1600 in 2",
    ]
    assert capsys.readouterr().err.splitlines() == [
        "sound 0\t0.20 s\t1600 in 2",
        "sound 0\t0.40 s\t3200 in 4",
    ]
    assert transcriber.seconds == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("paths", "message"), [(["none.flac"], "none.flac names no file"), (["a.wav"], "SavedModel")]
)
def test_what_is_missing_is_named(tmp_path, monkeypatch, capsys, paths, message):
    monkeypatch.setenv("BUILD_WORKING_DIRECTORY", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.wav").write_bytes(tone(0.1))
    assert transcribe.main(["--model=none", *paths]) == 1
    assert message in capsys.readouterr().err
