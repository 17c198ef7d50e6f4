"""A minute of noise that swells and fades, the same in every run, and how fast features are."""

import time
from collections.abc import Callable

import numpy as np

RATE = 16000
SECONDS = 60
BINS = 80
# In the middle of five measurements.
_REPETITIONS = 5


def make_samples() -> np.ndarray:
    """float32 [SECONDS * RATE] in [-1, 1]."""
    generator = np.random.default_rng(1)
    time_axis = np.arange(SECONDS * RATE) / RATE
    swell = 0.2 * (1.1 + np.sin(2 * np.pi * 0.7 * time_axis))
    return (swell * generator.uniform(-1, 1, len(time_axis))).astype(np.float32)


def times_real_time(compute: Callable[[np.ndarray], object]) -> float:
    """Seconds of sound whose features `compute` makes in a second."""
    samples = make_samples()
    compute(samples)
    seconds = []
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        compute(samples)
        seconds.append(time.perf_counter() - started)
    return SECONDS / sorted(seconds)[_REPETITIONS // 2]
