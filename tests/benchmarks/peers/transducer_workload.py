"""Logits of a transducer's lattices, the same in every run, and how fast losses are."""

import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

# In the middle of five measurements.
_REPETITIONS = 5


class Lattices(NamedTuple):
    """What a loss takes.

    Attributes:
        logits: float32 [batch, frames, longest + 1, classes]; the last class is the blank.
        labels: int32 [batch, longest].
        frames: int32 [batch].
        label_lengths: int32 [batch].
    """

    logits: np.ndarray
    labels: np.ndarray
    frames: np.ndarray
    label_lengths: np.ndarray


# Characters of 8 seconds at 25 frames a second, and pieces of words.
SIZES = {"characters": (8, 200, 100, 77), "pieces": (4, 200, 30, 1025)}


def make_lattices(batch: int, frames: int, longest: int, classes: int) -> Lattices:
    """The first utterance has all frames and labels, the others down to two thirds of them."""
    generator = np.random.default_rng(1)
    shares = np.linspace(1, 2 / 3, batch)
    return Lattices(
        logits=generator.standard_normal([batch, frames, longest + 1, classes], np.float32),
        labels=generator.integers(0, classes - 1, [batch, longest]).astype(np.int32),
        frames=(frames * shares).astype(np.int32),
        label_lengths=(longest * shares).astype(np.int32),
    )


def utterances_per_second(compute: Callable[[], object], batch: int) -> float:
    """Utterances whose losses and gradients `compute` makes in a second, a batch at a call."""
    compute()
    seconds = []
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        compute()
        seconds.append(time.perf_counter() - started)
    return batch / sorted(seconds)[_REPETITIONS // 2]
