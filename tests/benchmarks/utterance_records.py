"""The records from which features are made: utterances as FLAC, in the lengths of LibriSpeech."""

from pathlib import Path

import numpy as np
from frazo import _core
from sound_workload import RATE

_SEED = 301
_SHORTEST_SECONDS, _LONGEST_SECONDS = 1.5, 16


def write_utterances(folder: Path, count: int) -> None:
    """Writes `count` records, each the bytes of a FLAC file, to utterances.tfrecord.

    The sounds are noise without its high frequencies, which swells and fades: FLAC makes them half
    as large, as it does speech.
    """
    random = np.random.default_rng(_SEED)
    smoothing = np.hanning(12) / np.hanning(12).sum()
    with _core.RecordWriter(folder / "utterances.tfrecord") as writer:
        for _ in range(count):
            seconds = random.uniform(_SHORTEST_SECONDS, _LONGEST_SECONDS)
            noise = np.convolve(random.uniform(-1, 1, int(seconds * RATE)), smoothing, "same")
            time_axis = np.arange(len(noise)) / RATE
            swell = 0.2 * (1.1 + np.sin(2 * np.pi * 0.7 * time_axis))
            writer.write(_core.encode_flac((swell * noise).astype(np.float32), sample_rate=RATE))
