"""Sound that comes through a pipe, as a microphone gives it: samples, or the content of a WAV file.

A WAV file on a pipe has a head which was written before anybody knew how long the sound gets: it
states no length, or the greatest there is. Microsoft and IBM, "Multimedia Programming Interface
and Data Specifications 1.0" (1991), has the form: chunks of a name, a length and a content, of
which `fmt ` says what a sample is and `data` has the samples.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator

import numpy as np
from frazo import _core
from frazo_tools.speech.utterances import CorpusError

# What the formats are called in `fmt `: integers, floats, and either with more to say.
_FORMATS = (1, 3, 0xFFFE)
# Lengths from here on stand for an end that is not known: programs write numbers near 2^31 and 2^32.
_UNKNOWN_LENGTH = 0x7FF00000
# Programs write some hundred bytes before the samples.
_LONGEST_CHUNK = 1 << 20
_ARECORD = "arecord -q -t raw -f S16_LE -r {rate} -c 1"
_NO_SOUND = "standard input has ended before any sound came. Does the program that records work?"


class SoundPipe:
    """Reads samples as they come. Iterate once.

        def read(size):
            return os.read(sys.stdin.fileno(), size)

        for samples in SoundPipe(read, sample_rate=16000, is_raw=True).chunks(4800):
            print(stream.feed(samples).text)

    Attributes:
      problem: What was wrong with the end of the sound, once it was read. None: nothing.
    """

    def __init__(self, read: Callable[[int], bytes], *, sample_rate: int, is_raw: bool) -> None:
        """Reads the head, and waits until it has come.

        Args:
          read: Returns as many bytes as there are, up to a number, and waits if there are none. At
            the end it returns none.
          sample_rate: The rate that the samples must have, in Hz.
          is_raw: The bytes are samples of 16 bits, the lower byte first, of one channel. Otherwise
            they are a WAV file: integers or floats, of any channels, which are averaged.

        Raises:
          CorpusError: There is no such head, or the samples have another rate.
        """
        self.problem: str | None = None
        self._read_some = read
        self._rate = sample_rate
        self._waiting = bytearray()
        # The samples that are still to come have so many; None: nobody knows.
        self._bytes_left: int | None = None
        if is_raw:
            self._format = struct.pack("<HHIIHH", 1, 1, sample_rate, 2 * sample_rate, 2, 16)
        else:
            self._format = self._read_head()
        # Bytes of one sample of each channel.
        (self._block,) = struct.unpack_from("<H", self._format, 12)

    def chunks(self, length: int) -> Iterator[np.ndarray]:
        """Yields float samples [length] in [-1, 1] when they have come, at the end those left.

        Raises:
          CorpusError: There is no sample.
        """
        if not self._has(1):
            raise CorpusError(_NO_SOUND)
        while self._has(length * self._block):
            yield self._decoded(self._take(length * self._block))
        yield self.rest()
        if missing := -len(self._waiting) % self._block:
            self.problem = (
                f"standard input ends within a sample: {missing} of {self._block} bytes are missing"
            )
        elif self._bytes_left:
            self.problem = (
                "standard input ends early: its head states "
                f"{self._bytes_left // self._block} samples more"
            )

    def rest(self) -> np.ndarray:
        """Returns the whole samples that have come and that chunks() did not yield."""
        return self._decoded(self._take(len(self._waiting) // self._block * self._block))

    def _read_head(self) -> bytes:
        """Returns the content of `fmt `; the samples are next."""
        head = self._read(12)
        if not head:
            raise CorpusError(_NO_SOUND)
        if head[:4] != b"RIFF" or head[8:] != b"WAVE":
            raise CorpusError(
                "standard input is no WAV file, which --stream reads from there. Give --raw for the "
                f"samples of {_ARECORD.format(rate=self._rate)}, turn other sounds into WAV by "
                "ffmpeg -i - -f wav -, or leave out --stream for a file"
            )
        sound_format = b""
        while True:
            name, size = self._read_chunk_head()
            if name == b"data":
                break
            if size > _LONGEST_CHUNK:
                raise CorpusError(
                    f"standard input: the chunk {name!r} before the samples has {size} bytes; "
                    f"at most {_LONGEST_CHUNK} are read"
                )
            # A chunk of an odd length has a byte more.
            content = self._read(size + size % 2)
            if name == b"fmt ":
                sound_format = content[:size]
        self._check_format(sound_format)
        self._bytes_left = None if size == 0 or size >= _UNKNOWN_LENGTH else size
        return sound_format

    def _read_chunk_head(self) -> tuple[bytes, int]:
        head = self._read(8)
        if len(head) < 8:
            raise CorpusError("standard input ends within the head of a WAV file")
        name, size = struct.unpack("<4sI", head)
        return name, size

    def _check_format(self, content: bytes) -> None:
        if len(content) < 16:
            raise CorpusError(
                "standard input: a WAV file without a chunk `fmt ` before its samples"
            )
        kind, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", content)
        if kind not in _FORMATS or not block or block != channels * (bits // 8):
            raise CorpusError(
                f"standard input: a WAV file of format {kind} with {channels} channels of {bits} "
                "bits; integers and floats are read. Convert it by ffmpeg -i - -f wav -"
            )
        if rate != self._rate:
            raise CorpusError(
                f"standard input has {rate} Hz, and the model takes {self._rate}: a sound that goes "
                f"on is not resampled. Record with arecord -r {self._rate}, or convert by "
                f"ffmpeg -i - -ar {self._rate} -f wav -"
            )

    def _read(self, size: int) -> bytes:
        """Returns as many bytes of the head, or fewer at the end of the pipe."""
        self._has(size)
        return self._take(min(size, len(self._waiting)))

    def _has(self, size: int) -> bool:
        """Waits until so many bytes have come, and returns whether they have.

        What has come stays if a signal ends the waiting.
        """
        while len(self._waiting) < size:
            wanted = size - len(self._waiting)
            if self._bytes_left is not None:
                wanted = min(wanted, self._bytes_left)
            more = self._read_some(wanted) if wanted else b""
            if not more:
                return False
            self._waiting += more
            if self._bytes_left is not None:
                self._bytes_left -= len(more)
        return True

    def _take(self, size: int) -> bytes:
        taken = bytes(self._waiting[:size])
        del self._waiting[:size]
        return taken

    def _decoded(self, content: bytes) -> np.ndarray:
        """Returns the samples of bytes, by the code that reads files."""
        if not content:
            return np.zeros(0, np.float32)
        chunks = b"fmt " + struct.pack("<I", len(self._format)) + self._format
        chunks += b"data" + struct.pack("<I", len(content)) + content
        file = b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks
        return _core.decode_sound(file, sample_rate=self._rate)
