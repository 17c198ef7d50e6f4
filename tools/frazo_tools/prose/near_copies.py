"""Finds paragraphs that are almost equal to an earlier one, among any number of them."""

import re
from collections.abc import Iterator, Sequence

import numpy as np

# Two paragraphs of at least this similarity are near-copies: about one word of thirteen differs.
SIMILARITY = 0.6

_WORDS = re.compile(r"[^\W\d_]+")
# A shingle is three words in a row, each a number of so many bits.
_BITS = 21


def near_copies(texts: Sequence[str], similarity: float = SIMILARITY) -> np.ndarray:
    """Tells which texts to leave out, so that no two of the others are near-copies.

    In near-copies the sets of three words in a row, without case, digits and punctuation, have a
    Jaccard similarity of `similarity` or more. Of two near-copies the later one is left out, unless
    the earlier one is itself.

    No pair is missed. Texts are compared only if they share one of their rarest shingles: of n
    shingles, the n - ceil(similarity n) + 1 rarest (Bayardo et al. 2007, section 4, which calls
    them the prefix).

    Args:
      texts: The texts; at most 2^21 - 1 different words.
      similarity: In (0, 1].

    Returns:
      bool [texts].
    """
    # Equal texts are left out first: pairs of many equal ones would be too many.
    words = [tuple(_WORDS.findall(text.casefold())) for text in texts]
    firsts: dict[tuple[str, ...], int] = {}
    is_left_out = np.array(
        [bool(each) and firsts.setdefault(each, at) != at for at, each in enumerate(words)], bool
    )
    shingles = _Shingles(
        [() if is_copy else each for is_copy, each in zip(is_left_out, words, strict=True)]
    )
    # Sorted by the later text, so that what is left out of the earlier ones is known.
    for later, earlier in shingles.candidates(similarity):
        if not is_left_out[earlier] and not is_left_out[later]:
            is_left_out[later] = shingles.similarity(earlier, later) >= similarity
    return is_left_out


class _Shingles:
    """The sets of shingles of all texts, one after the other."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        """Numbers the words of texts.

        Raises:
          ValueError: There are too many different words.
        """
        numbers: dict[str, int] = {}
        sets = [_shingles(words, numbers) for words in texts]
        if len(numbers) >= 1 << _BITS:
            raise ValueError(f"{len(numbers):,} different words are too many; give fewer texts")
        sizes = [len(shingles) for shingles in sets]
        self._owners = np.repeat(np.arange(len(texts), dtype=np.int32), sizes)
        self._starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        every = np.concatenate(sets) if sets else np.zeros(0, np.int64)
        _, inverse, frequencies = np.unique(every, return_inverse=True, return_counts=True)
        # The rarest shingle is number 0.
        order = np.argsort(frequencies, kind="stable")
        ranks = np.empty(len(order), np.int64)
        ranks[order] = np.arange(len(order))
        self._ranks = ranks[inverse]
        # The ranks of each text in ascending order.
        self._ranks = self._ranks[np.lexsort((self._ranks, self._owners))]

    def candidates(self, similarity: float) -> Iterator[tuple[int, int]]:
        """Yields pairs (later, earlier) of texts that may be near-copies, sorted."""
        sizes = np.diff(self._starts)
        # Rounding must not make a prefix too short.
        prefix_sizes = sizes - np.ceil(similarity * sizes - 1e-9).astype(np.int64) + 1
        places = np.arange(len(self._owners)) - self._starts[self._owners]
        in_prefix = places < prefix_sizes[self._owners]
        ranks, owners = self._ranks[in_prefix], self._owners[in_prefix]
        order = np.lexsort((owners, ranks))
        ranks, owners = ranks[order], owners[order]
        pairs = set()
        ends = np.flatnonzero(np.diff(ranks, append=-1)) + 1
        begin = 0
        for end in ends.tolist():
            group = owners[begin:end].tolist()
            for index, later in enumerate(group):
                pairs.update((later, earlier) for earlier in group[:index])
            begin = end
        yield from sorted(pairs)

    def similarity(self, first: int, second: int) -> float:
        """Returns the Jaccard similarity of two texts; 0 if both have no shingles."""
        a, b = self._of(first), self._of(second)
        common = np.intersect1d(a, b, assume_unique=True).size
        return common / max(a.size + b.size - common, 1)

    def _of(self, text: int) -> np.ndarray:
        return self._ranks[self._starts[text] : self._starts[text + 1]]


def _shingles(words: Sequence[str], numbers: dict[str, int]) -> np.ndarray:
    """Returns the different shingles, int64, and numbers new words from 1."""
    if not words:
        return np.zeros(0, np.int64)
    found = [numbers.setdefault(word, len(numbers) + 1) for word in words]
    # A text of fewer words is one shingle.
    ids = np.array(found + [0] * (3 - len(found)), np.int64)
    return np.unique((ids[:-2] << 2 * _BITS) | (ids[1:-1] << _BITS) | ids[2:])
