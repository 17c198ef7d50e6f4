"""Measures sounds: how long, how loud, and the statistics of their features."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

# A sample this near to the greatest amplitude was probably cut off there.
_CLIPPED = 0.9999
# A few samples of a sound that was made as loud as possible are as large as they can be.
_MOST_CLIPPED = 1e-3
# The level of silence, in dB below the greatest amplitude: that of half a step of 16 bits.
_SILENCE_DB = -96.3


class Level(NamedTuple):
    """How loud a sound is.

    Attributes:
      peak_db: Its greatest amplitude, in dB below 1; 0 is the greatest that a file can hold.
      mean_db: The root of its mean square, likewise.
      clipped: Share of samples that are as large as they can be, in [0, 1].
    """

    peak_db: float
    mean_db: float
    clipped: float

    @property
    def is_silent(self) -> bool:
        """Whether no sample differs from 0 in a file of 16 bits."""
        return self.peak_db <= _SILENCE_DB

    @property
    def is_clipped(self) -> bool:
        """Whether more than a thousandth of the samples are as large as they can be."""
        return self.clipped > _MOST_CLIPPED


def measure_level(samples: np.ndarray) -> Level:
    """Returns the level of float32 [samples]; that of no samples is silence."""
    if not len(samples):
        return Level(_SILENCE_DB, _SILENCE_DB, 0.0)
    amplitudes = np.abs(samples.astype(np.float64))
    return Level(
        _decibels(float(amplitudes.max())),
        _decibels(math.sqrt(float(np.mean(amplitudes**2)))),
        float(np.mean(amplitudes >= _CLIPPED)),
    )


def _decibels(amplitude: float) -> float:
    return max(_SILENCE_DB, 20 * math.log10(amplitude)) if amplitude > 0 else _SILENCE_DB


class FeatureStatistics:
    """Mean and standard deviation of each feature over all frames of a corpus."""

    def __init__(self, size: int) -> None:
        self.frames = 0
        self._mean = np.zeros(size)
        self._squares = np.zeros(size)

    def add(self, features: np.ndarray) -> None:
        """Adds float32 [frames, size]. Chan et al. 1979: sums that lose no digits."""
        count = len(features)
        if not count:
            return
        values = features.astype(np.float64)
        mean = values.mean(axis=0)
        distance = mean - self._mean
        total = self.frames + count
        self._squares += ((values - mean) ** 2).sum(axis=0)
        self._squares += distance**2 * self.frames * count / total
        self._mean += distance * count / total
        self.frames = total

    @property
    def mean(self) -> np.ndarray:
        return self._mean

    @property
    def stddev(self) -> np.ndarray:
        return np.sqrt(self._squares / max(self.frames, 1))
