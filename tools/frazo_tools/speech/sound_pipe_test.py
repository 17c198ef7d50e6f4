import io
import re
import struct

import numpy as np
import pytest
from frazo import _core
from frazo_tools.speech.sample import tone
from frazo_tools.speech.sound_pipe import SoundPipe
from frazo_tools.speech.utterances import CorpusError

RATE = 8000


class Pipe:
    """Gives no more than 3 bytes at once, and after them what a script says."""

    def __init__(self, content, end=None):
        self._content = io.BytesIO(content)
        self._end = end

    def read(self, size):
        assert size > 0
        content = self._content.read(min(size, 3))
        if not content and self._end is not None:
            raise self._end
        return content


def wav(data, *, kind=1, channels=1, bits=16, stated=None, others=b""):
    """Returns a WAV file. `stated` is the length that its head has for the data."""
    block = channels * bits // 8
    sound_format = struct.pack("<HHIIHH", kind, channels, RATE, RATE * block, block, bits)
    head = b"RIFF\xff\xff\xff\xffWAVE" + others + b"fmt \x10\0\0\0" + sound_format
    return head + b"data" + struct.pack("<I", len(data) if stated is None else stated) + data


def read(content, length, *, is_raw=False):
    """Returns the chunks as lists, in units of a 16-bit sample, and the problem of the end."""
    sound = SoundPipe(Pipe(content).read, sample_rate=RATE, is_raw=is_raw)
    chunks = [(samples * 32768).tolist() for samples in sound.chunks(length)]
    return chunks, sound.problem


def test_raw_samples_come_in_chunks_and_the_rest_at_the_end():
    content = struct.pack("<5h", 1, -2, 300, -32768, 32767)
    assert read(content, 2, is_raw=True) == ([[1, -2], [300, -32768], [32767]], None)


def test_after_the_last_whole_chunk_there_is_an_empty_one():
    assert read(struct.pack("<2h", 1, 2), 2, is_raw=True) == ([[1, 2], []], None)


# 0x7FFFFF00 or so is what arecord writes, 0xFFFFFFFF ffmpeg, 0 programs that mend it at the end.
@pytest.mark.parametrize("stated", [0, 0x7FF00000, 0x7FFFFF00, 0xFFFFFFFF])
def test_a_length_that_is_not_known_lasts_until_the_pipe_ends(stated):
    content = wav(struct.pack("<3h", 5, 6, 7), stated=stated)
    assert read(content, 2) == ([[5, 6], [7]], None)


def test_what_follows_the_samples_of_a_file_is_no_sound():
    content = wav(struct.pack("<3h", 5, 6, 7)) + b"LIST\x04\0\0\0INFO"
    assert read(content, 2) == ([[5, 6], [7]], None)


def test_chunks_before_the_samples_are_skipped():
    # ffmpeg writes its name there. A chunk of 3 bytes has a fourth one.
    others = b"LIST\x03\0\0\0abc\0"
    assert read(wav(struct.pack("<h", 5), others=others), 2) == ([[5]], None)


def test_channels_are_averaged():
    content = wav(struct.pack("<4h", 10, 20, -6, 0), channels=2)
    assert read(content, 1) == ([[15], [-3], []], None)


@pytest.mark.parametrize(
    ("data", "kind", "bits"),
    [
        # 128 is the middle of 8 bits, which have no sign: (192 - 128) / 128 is a half.
        (b"\xc0\x80", 1, 8),
        (b"\0\0\x40\0\0\0", 1, 24),
        (struct.pack("<2f", 0.5, 0), 3, 32),
    ],
)
def test_samples_of_other_sizes(data, kind, bits):
    assert read(wav(data, kind=kind, bits=bits), 1) == ([[16384], [0], []], None)


def test_chunks_are_what_the_whole_file_is():
    content = tone(0.1, rate=RATE)
    sound = SoundPipe(Pipe(content).read, sample_rate=RATE, is_raw=False)
    together = np.concatenate(list(sound.chunks(77)))
    np.testing.assert_array_equal(together, _core.decode_sound(content, sample_rate=RATE))


def test_what_has_come_before_an_interruption_is_kept():
    sound = SoundPipe(
        Pipe(struct.pack("<4h", 1, 2, 3, 4) + b"\0", KeyboardInterrupt()).read,
        sample_rate=RATE,
        is_raw=True,
    )
    chunks = sound.chunks(3)
    assert len(next(chunks)) == 3
    with pytest.raises(KeyboardInterrupt):
        next(chunks)
    assert (sound.rest() * 32768).tolist() == [4]
    assert sound.rest().size == 0


def test_an_end_within_a_sample_is_told_after_the_rest():
    assert read(b"\1\0\2\0\3", 2, is_raw=True) == (
        [[1, 2], []],
        "standard input ends within a sample: 1 of 2 bytes are missing",
    )


def test_a_file_that_is_shorter_than_its_head_states():
    chunks, problem = read(wav(struct.pack("<2h", 1, 2), stated=10), 4)
    assert chunks == [[1, 2]]
    assert problem == "standard input ends early: its head states 3 samples more"


@pytest.mark.parametrize(
    ("content", "is_raw", "message"),
    [
        (b"", True, "standard input has ended before any sound came"),
        (b"", False, "standard input has ended before any sound came"),
        (wav(b"", stated=0), False, "standard input has ended before any sound came"),
        (
            b"fLaC" * 4,
            False,
            "no WAV file, which --stream reads from there. Give --raw for the samp",
        ),
        (b"RIFF", False, "no WAV file"),
        (wav(b"")[:30], False, "standard input ends within the head of a WAV file"),
        (wav(b"")[:36], False, "standard input ends within the head of a WAV file"),
        (
            tone(0.1, rate=44100),
            False,
            "has 44100 Hz, and the model takes 8000: .*arecord -r 8000",
        ),
        (wav(b"\0\0", kind=17), False, "a WAV file of format 17 with 1 channels of 16 bits"),
        (wav(b"\0\0", bits=4), False, "a WAV file of format 1 with 1 channels of 4 bits"),
        (wav(b"\0\0", channels=0), False, "a WAV file of format 1 with 0 channels"),
        (wav(b"\0\0", channels=0), False, "with 0 channels"),
        (b"RIFF\0\0\0\0WAVEdata\2\0\0\0\0\0", False, "a WAV file without a chunk `fmt `"),
        (
            b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\xff",
            False,
            "b'LIST' before the samples has 4294967295",
        ),
    ],
)
def test_what_is_no_such_sound_is_told(content, is_raw, message):
    with pytest.raises(CorpusError) as caught:
        read(content, 2, is_raw=is_raw)
    assert re.search(message, str(caught.value))
