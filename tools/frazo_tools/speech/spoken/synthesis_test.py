import numpy as np
import pytest
from frazo import _core
from frazo_tools.speech.spoken import synthesis
from frazo_tools.speech.spoken.synthesis import Line, SynthesisError, Synthesizer
from frazo_tools.speech.spoken.voices import Delivery, delivery_of, voices_of

LINE = Line("101-1-0000", "good morning to you all", "en-us+m1", Delivery(150, 50, 50))


@pytest.fixture(scope="module")
def synthesizer():
    return Synthesizer()


def test_a_line_sounds_the_same_whatever_was_spoken_before(synthesizer):
    first = synthesizer.speak(LINE)
    # Some 1.5 seconds at 16,000 Hz.
    assert first.dtype == np.float32
    assert 12000 < len(first) < 48000
    assert np.abs(first).max() > 0.05
    other = synthesizer.speak(LINE._replace(voice="gmw/en+f2"))
    assert not np.array_equal(first, other)
    np.testing.assert_array_equal(synthesizer.speak(LINE), first)


def test_a_slower_delivery_is_longer(synthesizer):
    slow = synthesizer.speak(LINE._replace(delivery=Delivery(130, 50, 50)))
    fast = synthesizer.speak(LINE._replace(delivery=Delivery(189, 50, 50)))
    assert len(slow) > 1.2 * len(fast)


@pytest.mark.parametrize("name", ["train", "dev", "test"])
def test_espeak_has_all_voices(synthesizer, name):
    for voice in voices_of(name)[::5]:
        assert len(synthesizer.speak(LINE._replace(text="yes", voice=voice.name)))


def test_no_throat_is_in_two_sets():
    throats = [
        {voice.name.split("+")[1] for voice in voices_of(name)} for name in ("train", "dev", "test")
    ]
    assert sum(map(len, throats)) == len(set().union(*throats)) == 20
    numbers = [voice.number for name in ("train", "dev", "test") for voice in voices_of(name)]
    assert len(numbers) == len(set(numbers)) == 160


def test_an_id_draws_a_delivery():
    drawn = [delivery_of(f"101-1-{number:04d}") for number in range(2000)]
    for values, low, high in zip(
        zip(*drawn, strict=True), (130, 30, 30), (189, 69, 69), strict=True
    ):
        assert (min(values), max(values)) == (low, high)


def test_an_unknown_voice_is_an_error(synthesizer, capfd):
    with pytest.raises(SynthesisError, match="voice 'nobody' cannot speak 'good morning"):
        synthesizer.speak(LINE._replace(voice="nobody"))
    assert "espeak-ng has no voice 'nobody'" in capfd.readouterr().err


def test_a_line_becomes_flac():
    synthesis.load_synthesizer()
    assert _core.read_sound_header(synthesis.flac_of(LINE)).sample_rate == 16000
