"""The scores that every program of beam_search.py decodes, and how their steps are timed."""

import statistics
from collections.abc import Callable

import numpy as np

SENTENCES, WIDTH, VOCABULARY, SOURCE = 8, 8, 32_000, 25
ROWS = SENTENCES * WIDTH
STEPS = 50
EOS = 2
WARM_UPS, REPETITIONS = 3, 9


def make_scores(step: int, log_probabilities: bool) -> np.ndarray:
    """Logits, or their log-probabilities: float32 [ROWS, VOCABULARY].

    EOS is out of reach but for 2% of the rows.
    """
    generator = np.random.default_rng(step)
    logits = 2 * generator.standard_normal((ROWS, VOCABULARY), np.float32)
    near = generator.random(ROWS) < 0.02
    logits[:, EOS] += np.where(near, 6, -20).astype(np.float32)
    if log_probabilities:
        logits -= np.log(np.exp(logits).sum(1, keepdims=True))
    return logits


def milliseconds_per_step(decode: Callable[[], float]) -> float:
    """From `decode`, which takes STEPS steps and returns the seconds that they took: the median."""
    for _ in range(WARM_UPS):
        decode()
    return statistics.median(decode() for _ in range(REPETITIONS)) / STEPS * 1e3
