"""Confidence intervals of error rates by the bootstrap (Bisani and Ney 2004).

The utterances are drawn anew, with replacement, as many as there are, many times; the rates of the
drawn sets spread as those of other test sets would.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

# Utterances that are drawn at once: 32 MB of indices.
_DRAWN_AT_ONCE = 4_000_000


class Interval(NamedTuple):
    """Between these a rate is in 95 of 100 drawn sets."""

    low: float
    high: float


class Comparison(NamedTuple):
    """A second system beside the first, on the same utterances.

    Attributes:
      difference: The second's rate less the first's.
      interval: That of the difference.
      better: The share of drawn sets in which the second's rate is less.
      worse: The share in which it is more.
    """

    difference: float
    interval: Interval
    better: float
    worse: float


def interval(errors: np.ndarray, words: np.ndarray, resamples: int, seed: int) -> Interval:
    """The interval of the rate errors.sum() / words.sum().

    Args:
      errors: int64 [utterances].
      words: int64 [utterances], those of the references.
      resamples: How many sets are drawn.
      seed: The same one draws the same sets.
    """
    rates = np.concatenate(
        [
            _rate(errors[drawn].sum(axis=1), words[drawn].sum(axis=1))
            for drawn in _draws(len(words), resamples, seed)
        ]
    )
    return _interval(rates)


def comparison(
    errors: tuple[np.ndarray, np.ndarray], words: np.ndarray, resamples: int, seed: int
) -> Comparison:
    """Compares two systems on the same drawn sets.

    Args:
      errors: int64 [utterances] of each.
      words, resamples, seed: As for interval().
    """
    more = errors[1] - errors[0]
    differences = np.concatenate(
        [
            _rate(more[drawn].sum(axis=1), words[drawn].sum(axis=1))
            for drawn in _draws(len(words), resamples, seed)
        ]
    )
    return Comparison(
        difference=float(_rate(more.sum(), words.sum())),
        interval=_interval(differences),
        better=float((differences < 0).mean()),
        worse=float((differences > 0).mean()),
    )


def _rate(errors: np.ndarray, words: np.ndarray) -> np.ndarray:
    # A drawn set may have no words.
    return errors / np.maximum(words, 1)


def _interval(rates: np.ndarray) -> Interval:
    low, high = np.quantile(rates, [0.025, 0.975])
    return Interval(float(low), float(high))


def _draws(count: int, resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Yields indices, [sets, count], until there are as many sets as `resamples`."""
    random = np.random.default_rng(seed)
    sets = max(1, _DRAWN_AT_ONCE // count)
    for first in range(0, resamples, sets):
        yield random.integers(count, size=(min(sets, resamples - first), count))
