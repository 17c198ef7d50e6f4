"""Cuts parts out of recordings."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from frazo import _core

# Manifests round times: a part may end so many seconds after its recording.
_TOLERANCE_SECONDS = 0.1


class PartError(Exception):
    """A part is not in its recording."""


class Part(NamedTuple):
    """A part of a recording.

    Attributes:
      start: Where it begins, in seconds.
      seconds: How long it is; None: it goes to the end.
    """

    start: float
    seconds: float | None = None


class RecordingParts:
    """Cuts parts out of recordings.

    It keeps the recording that it read last, because manifests list the parts of a recording side
    by side.
    """

    def __init__(self) -> None:
        self._path: Path | None = None
        self._rate = 0
        self._samples = np.zeros(0, np.float32)

    def cut(self, path: Path, part: Part) -> bytes:
        """Returns a part as the content of a FLAC file of 16 bits, at the rate of the recording.

        Args:
          path: The file of the recording.
          part: The part.

        Raises:
          PartError: The part is not in the recording. OSError. FrazoError: The recording is no
            sound, or FLAC has no such rate.
        """
        self._read(path)
        begin = round(part.start * self._rate)
        whole = len(self._samples) / self._rate
        end = len(self._samples)
        if part.seconds is not None:
            end = round((part.start + part.seconds) * self._rate)
        if not 0 <= begin < end <= len(self._samples) + _TOLERANCE_SECONDS * self._rate:
            raise PartError(
                f"it goes from {begin / self._rate:.2f} s to {end / self._rate:.2f} s, and {path} "
                f"has {whole:.2f} s"
            )
        return _core.encode_flac(self._samples[begin:end], sample_rate=self._rate)

    def _read(self, path: Path) -> None:
        if path == self._path:
            return
        content = path.read_bytes()
        rate = _core.read_sound_header(content).sample_rate
        samples = _core.decode_sound(content, sample_rate=rate)
        self._path, self._rate, self._samples = path, rate, samples


def is_whole(content: bytes, seconds: float) -> bool:
    """Returns whether a sound is no longer than so many seconds, as far as its header tells.

    Args:
      content: The content of the sound file.
      seconds: As a manifest has rounded them.
    """
    try:
        header = _core.read_sound_header(content)
    except _core.FrazoError:
        return True
    return header.length <= (seconds + _TOLERANCE_SECONDS) * header.sample_rate
