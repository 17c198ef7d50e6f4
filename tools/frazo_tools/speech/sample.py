"""A small corpus in LibriSpeech's layout, for tests and documents: tones with made-up texts."""

from __future__ import annotations

import io
import math
import struct
import wave
from pathlib import Path

_WORDS = ("ONE", "TWO", "THREE", "FOUR", "FIVE", "SIX")


def tone(seconds: float, hz: float = 440, rate: int = 16000) -> bytes:
    """Returns the content of a WAV file with a sine of half of the greatest amplitude."""
    samples = [
        round(16384 * math.sin(2 * math.pi * hz * n / rate)) for n in range(round(seconds * rate))
    ]
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(struct.pack(f"<{len(samples)}h", *samples))
    return content.getvalue()


def write_set(folder: Path, speakers: int, utterances: int, seconds: float = 0.3) -> dict[str, str]:
    """Writes a set, one chapter for each speaker.

    Returns:
      The texts by the utterances' ids, in lower case.
    """
    texts = {}
    for speaker in range(100, 100 + speakers):
        chapter = folder / str(speaker) / "7"
        chapter.mkdir(parents=True)
        lines = []
        for number in range(utterances):
            name = f"{speaker}-7-{number:04}"
            text = " ".join(_WORDS[(speaker + number + i) % 6] for i in range(1 + number % 4))
            (chapter / f"{name}.wav").write_bytes(tone(seconds + 0.01 * number, 200 + speaker))
            lines.append(f"{name} {text}\n")
            texts[name] = text.lower()
        (chapter / f"{speaker}-7.trans.txt").write_text("".join(lines))
    return texts
