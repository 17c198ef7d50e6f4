"""An n-gram language model: what a neural one has to beat."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

_UNKNOWN = -1


class Tokens(NamedTuple):
    """Texts, one after the other.

    Attributes:
      ids: int64 [tokens]. Each text begins with the token that starts texts.
      positions: int64 [tokens], the position of each token in its text, from 0.
    """

    ids: np.ndarray
    positions: np.ndarray

    @classmethod
    def of(cls, texts: Sequence[Sequence[int]]) -> "Tokens":
        """Joins texts, each of which begins with the token that starts texts."""
        lengths = [len(text) for text in texts]
        starts = np.cumsum([0, *lengths[:-1]])
        every = np.concatenate([np.asarray(text, np.int64) for text in texts])
        return cls(every, np.arange(len(every)) - np.repeat(starts, lengths))


class _Order(NamedTuple):
    """The n-grams of one order.

    Attributes:
      keys: int64 [grams], ascending: the number of the history times the vocabulary's size, plus
        the last token. A history is a gram of the order below; that of a single token is 0.
      shares: float64 [grams], the discounted share of each gram in its history.
      rests: float64 [histories], what discounting leaves for the order below; 1 for a history that
        never goes on.
    """

    keys: np.ndarray
    shares: np.ndarray
    rests: np.ndarray


class KneserNey:
    """Interpolated modified Kneser-Ney smoothing (Chen and Goodman 1999, sections 4.1 and 4.2).

    The share of an n-gram is (a - D(a)) / sum of a over its history's n-grams, where a is its
    number of occurrences for the highest order, and for those who begin a text, and else the number
    of different tokens that occur before it. D has three values for each order, for a = 1, 2 and
    more, from the numbers of n-grams with a from 1 to 4. What is discounted goes to the order
    below, and from single tokens to all tokens alike.
    """

    def __init__(self, tokens: Tokens, *, vocab_size: int, order: int):
        """Counts.

        Args:
          tokens: The training texts.
          vocab_size: The number of tokens that may follow: all but the one that starts texts, and
            that one.
          order: Tokens of the longest n-grams; > 0.
        """
        self._vocab_size = vocab_size
        self._orders: list[_Order] = []
        grams = [_Grams.of_tokens(tokens)]
        while len(grams) < order:
            longer = grams[-1].longer(tokens, vocab_size)
            if not len(longer.keys):
                break
            grams.append(longer)
        for n, gram in enumerate(grams):
            above = grams[n + 1] if n + 1 < len(grams) else None
            self._orders.append(_smoothed(gram, above, is_lowest=n == 0, start=tokens.ids[0]))

    def log_probabilities(self, tokens: Tokens) -> np.ndarray:
        """Returns the natural logarithm of the probability of each token that starts no text, given
        those before it: float64 [tokens - texts].
        """
        found = np.full(len(tokens.ids), 1 / (self._vocab_size - 1))
        histories = np.zeros(len(tokens.ids), np.int64)
        for n, order in enumerate(self._orders):
            known = (tokens.positions >= n) & (histories != _UNKNOWN)
            keys = histories * self._vocab_size + tokens.ids
            places = np.minimum(np.searchsorted(order.keys, keys), len(order.keys) - 1)
            is_there = known & (order.keys[places] == keys)
            rests = order.rests[np.where(known, histories, 0)]
            shares = np.where(is_there, order.shares[places], 0)
            found = np.where(known, shares + rests * found, found)
            grams = np.where(is_there, places, _UNKNOWN)
            # The history of a token is the gram that ends before it.
            histories = np.concatenate([[_UNKNOWN], grams[:-1]])
        return np.log(found[tokens.positions > 0])


class _Grams(NamedTuple):
    """The n-grams of texts.

    Attributes:
      keys: As in _Order.
      of_position: int64 [tokens], the gram that ends there; _UNKNOWN where a text is too short.
      histories: int64 [grams], the history of each.
      suffixes: int64 [grams], each gram without its first token.
      counts: int64 [grams], the number of occurrences.
      num_histories: The number of grams of the order below.
    """

    keys: np.ndarray
    of_position: np.ndarray
    histories: np.ndarray
    suffixes: np.ndarray
    counts: np.ndarray
    num_histories: int

    @classmethod
    def of_tokens(cls, tokens: Tokens) -> "_Grams":
        keys, of_position, counts = np.unique(tokens.ids, return_inverse=True, return_counts=True)
        nothing = np.zeros(len(keys), np.int64)
        return cls(keys, of_position, nothing, nothing, counts, 1)

    def longer(self, tokens: Tokens, vocab_size: int) -> "_Grams":
        """Returns the grams of one token more."""
        before = np.concatenate([[_UNKNOWN], self.of_position[:-1]])
        # The gram before must be one of the same text.
        ends = np.flatnonzero((before != _UNKNOWN) & (self.of_position != _UNKNOWN))
        ends = ends[tokens.positions[ends] > 0]
        keys, inverse, counts = np.unique(
            before[ends] * vocab_size + tokens.ids[ends], return_inverse=True, return_counts=True
        )
        of_position = np.full(len(tokens.ids), _UNKNOWN, np.int64)
        of_position[ends] = inverse
        suffixes = np.zeros(len(keys), np.int64)
        suffixes[inverse] = self.of_position[ends]
        return _Grams(keys, of_position, keys // vocab_size, suffixes, counts, len(self.keys))


def _smoothed(grams: _Grams, above: _Grams | None, *, is_lowest: bool, start: int) -> _Order:
    counts = grams.counts
    if above is not None:
        before = np.bincount(above.suffixes, minlength=len(grams.keys))
        # Nothing occurs before the start of a text.
        counts = np.where(before > 0, before, counts)
    if is_lowest:
        # It follows nothing.
        counts = np.where(grams.keys == start, 0, counts)
    discounts = _discounts(counts)
    discount = np.minimum(discounts[np.minimum(counts, 3)], counts)
    size = grams.num_histories
    totals = np.bincount(grams.histories, counts, size)
    discounted = np.bincount(grams.histories, discount, size)
    safe = np.maximum(totals, 1)
    shares = (counts - discount) / safe[grams.histories]
    rests = np.where(totals > 0, discounted / safe, 1)
    return _Order(grams.keys, shares, rests)


def _discounts(counts: np.ndarray) -> np.ndarray:
    """Returns what is taken from counts of 0, 1, 2, and 3 and more."""
    ones, twos, threes, fours = (int((counts == number).sum()) for number in (1, 2, 3, 4))
    if not (ones and twos and threes):
        # Too few grams to estimate it from.
        return np.array([0, 0.5, 0.75, 0.75])
    y = ones / (ones + 2 * twos)
    found = [0, 1 - 2 * y * twos / ones, 2 - 3 * y * threes / twos, 3 - 4 * y * fours / threes]
    return np.maximum(found, 0)
