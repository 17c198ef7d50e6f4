"""Logits as a trained model gives them, and how fast utterances are searched."""

import time
from collections.abc import Callable

import numpy as np

UTTERANCES = 8
WIDTH = 8
# 12 seconds of 25 frames.
FRAMES = 300
TOKENS = 76
_REPETITIONS = 9


def make_logits() -> np.ndarray:
    """float32 [UTTERANCES, FRAMES, TOKENS + 1], the blank last.

    Each utterance has a token every four frames or so, blanks between them, and doubts.
    """
    generator = np.random.default_rng(1)
    logits = generator.normal(size=[UTTERANCES, FRAMES, TOKENS + 1]).astype(np.float32)
    said = np.where(
        generator.random([UTTERANCES, FRAMES]) < 0.25,
        generator.integers(0, TOKENS, [UTTERANCES, FRAMES]),
        TOKENS,
    )
    doubted = generator.integers(0, TOKENS + 1, [UTTERANCES, FRAMES])
    rows, frames = np.indices([UTTERANCES, FRAMES])
    logits[rows, frames, said] += 8
    logits[rows, frames, doubted] += generator.uniform(3, 8, [UTTERANCES, FRAMES])
    return logits


def utterances_per_second(search: Callable[[np.ndarray], object]) -> float:
    """Utterances that `search` finds the texts of in a second."""
    logits = make_logits()
    search(logits)
    seconds = []
    for _ in range(_REPETITIONS):
        started = time.perf_counter()
        search(logits)
        seconds.append(time.perf_counter() - started)
    return UTTERANCES / sorted(seconds)[_REPETITIONS // 2]
