import numpy as np
import pytest
from frazo import _core
from frazo_tools.speech.recording_parts import Part, PartError, RecordingParts, is_whole
from frazo_tools.speech.sample import tone


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(tone(1, rate=8000))
    return path


def test_a_part_has_the_samples_and_the_rate(recording):
    parts = RecordingParts()
    whole = _core.decode_sound(recording.read_bytes(), sample_rate=8000)
    for part, expected in (
        (Part(0.25, 0.5), whole[2000:6000]),
        (Part(0.75), whole[6000:]),
        # Rounded up in a manifest.
        (Part(0.9, 0.15), whole[7200:]),
    ):
        content = parts.cut(recording, part)
        assert _core.read_sound_header(content).sample_rate == 8000
        found = _core.decode_sound(content, sample_rate=8000)
        np.testing.assert_allclose(found, expected, atol=1e-4)


def test_a_recording_is_read_once(recording):
    parts = RecordingParts()
    first = parts.cut(recording, Part(0, 0.1))
    recording.unlink()
    assert parts.cut(recording, Part(0, 0.1)) == first


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (Part(1), r"from 1\.00 s to 1\.00 s, and .*a\.wav has 1\.00 s"),
        (Part(0.5, 2), r"from 0\.50 s to 2\.50 s"),
        (Part(-1, 0.5), r"from -1\.00 s to -0\.50 s"),
        (Part(0.5, -0.2), r"from 0\.50 s to 0\.30 s"),
    ],
)
def test_what_is_not_in_the_recording_is_named(recording, part, message):
    with pytest.raises(PartError, match=message):
        RecordingParts().cut(recording, part)


def test_what_is_no_sound_is_named(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"hello")
    with pytest.raises(_core.InvalidArgumentError, match=r"are no sound"):
        RecordingParts().cut(tmp_path / "a.wav", Part(0))


def test_a_sound_is_whole_if_it_is_no_longer_than_the_manifest_tells():
    assert is_whole(tone(1), 1)
    assert is_whole(tone(1), 0.95)
    assert not is_whole(tone(1), 0.5)
    # The check of its samples names it.
    assert is_whole(b"hello", 1)
