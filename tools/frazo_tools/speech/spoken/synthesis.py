"""Speaks phrases with espeak-ng."""

import ctypes
import io
import os
import sys
import wave
from typing import NamedTuple

import numpy as np
from frazo import _core
from frazo_tools.speech.spoken.voices import Delivery

# Python's names of the packages that speak and that decode recordings. `frazo[spoken]` has them.
REQUIRED = ("espeakng_loader", "G722")

# Constants of espeak-ng's speak_lib.h.
_SYNCHRONOUS = 2
_DONT_EXIT = 0x8000
_UTF8 = 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_OF_CHARACTERS = 1

_SAMPLES_TO = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p
)


_synthesizer: "Synthesizer | None" = None


class SynthesisError(Exception):
    """A phrase cannot be spoken. str() names it and the voice."""


class Line(NamedTuple):
    """What is to be spoken.

    Attributes:
      id: The name of the utterance.
      text: The phrase.
      voice: The name of the voice.
      delivery: How it is spoken.
    """

    id: str
    text: str
    voice: str
    delivery: Delivery


class Synthesizer:
    """espeak-ng, which is loaded once.

    What espeak-ng says of a phrase depends on what it said before. So each phrase is spoken by a
    process of its own that begins as all others do: it is a copy of this one. The process must have
    one thread only.
    """

    def __init__(self) -> None:
        """Loads espeak-ng.

        Raises:
          SynthesisError: It cannot be loaded.
        """
        # A package of its own: see REQUIRED.
        import espeakng_loader

        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        data = espeakng_loader.get_data_path().encode()
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, _DONT_EXIT)
        if self._rate <= 0:
            raise SynthesisError("espeak-ng cannot be loaded; build the environment again")

    def speak(self, line: Line) -> np.ndarray:
        """Returns the samples of a line at 16,000 Hz, float32 [samples].

        Raises:
          SynthesisError: espeak-ng has no such voice, or fails.
        """
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self._speak_into(writing, line)
        os.close(writing)
        with open(reading, "rb") as pipe:
            content = pipe.read()
        _, status = os.waitpid(child, 0)
        if status or not content:
            raise SynthesisError(
                f"espeak-ng's voice '{line.voice}' cannot speak '{line.text}' (status {status})"
            )
        return _core.decode_sound(_wav(content, self._rate), sample_rate=16000)

    def _speak_into(self, descriptor: int, line: Line) -> None:
        """Writes the samples, and ends the process."""
        status = 1
        try:
            with open(descriptor, "wb") as pipe:
                pipe.write(self._samples(line))
            status = 0
        except SynthesisError as error:
            print(error, file=sys.stderr, flush=True)
        finally:
            os._exit(status)

    def _samples(self, line: Line) -> bytes:
        library, chunks = self._library, []

        @_SAMPLES_TO
        def keep(samples, count, events):
            del events
            if samples:
                chunks.append(ctypes.string_at(samples, 2 * count))
            return 0

        # Its seed would be the time.
        library.espeak_ng_SetRandSeed(ctypes.c_long(1))
        library.espeak_SetSynthCallback(keep)
        if library.espeak_SetVoiceByName(line.voice.encode()):
            raise SynthesisError(f"espeak-ng has no voice '{line.voice}'")
        values = zip((_RATE, _PITCH, _RANGE), line.delivery, strict=True)
        for parameter, value in values:
            library.espeak_SetParameter(parameter, value, 0)
        text = line.text.encode() + b"\0"
        library.espeak_Synth(text, len(text), 0, _OF_CHARACTERS, 0, _UTF8, None, None)
        library.espeak_Synchronize()
        return b"".join(chunks)


def load_synthesizer() -> None:
    """Loads espeak-ng into this process, for `flac_of`. Raises SynthesisError."""
    global _synthesizer
    _synthesizer = Synthesizer()


def flac_of(line: Line) -> bytes:
    """Returns a spoken line as the content of a FLAC file. Raises SynthesisError."""
    assert _synthesizer is not None
    return _core.encode_flac(_synthesizer.speak(line))


def _wav(samples: bytes, rate: int) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples)
    return content.getvalue()
