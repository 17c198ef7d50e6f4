"""Learns byte-pair merges from words and their counts.

Sennrich, Haddow, Birch 2016, "Neural Machine Translation of Rare Words with Subword Units"
(arXiv:1508.07909), algorithm 1: each word is its characters, the last of which ends in `</w>`; the
most frequent pair of neighbours is joined, everywhere, again and again. Of equally frequent pairs
the first in the order of code points is joined, so the result depends only on the counts. Counts of
pairs are updated as words change, not computed anew.
"""

import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

END_OF_WORD = "</w>"
CONTINUED = "@@"

# A pair that occurs once is not a pattern.
_FEWEST = 2


class Learnt(NamedTuple):
    """The merges, best first, and the vocabulary's pieces (without special tokens), in a fixed
    order.
    """

    merges: list[tuple[str, str]]
    pieces: list[str]


def learn_bpe(
    counts: Mapping[str, int],
    size: int,
    *,
    characters: Collection[str],
    reserved: Collection[str] = (),
    progress: Callable[[int], None] = lambda pieces: None,
) -> Learnt:
    """Learns merges until there are `size` pieces or no pair occurs twice.

    Args:
        counts: how often each word occurs; words are not empty.
        size: number of pieces to make. Pieces of single characters are always made.
        characters: characters that may be part of a merge; other characters divide the word.
        reserved: texts that no piece may be.
        progress: called from time to time with the number of pieces.
    """
    learner = _Learner(counts, frozenset(characters), frozenset(reserved))
    while len(learner.pieces) < size and learner.merge_best():
        if len(learner.merges) % 64 == 0:
            progress(len(learner.pieces))
    return Learnt(learner.merges, list(learner.pieces))


class _Learner:
    def __init__(
        self, counts: Mapping[str, int], characters: frozenset[str], reserved: frozenset[str]
    ) -> None:
        self.merges: list[tuple[str, str]] = []
        # In the order of the merges; two merges may give the same piece.
        self.pieces: dict[str, None] = {}
        self._reserved = reserved
        self._texts: list[str] = []  # By symbol.
        self._symbols: dict[str, int] = {}
        # The symbols and the count of each word. Unknown characters divide a word into several.
        self._words: list[list[int]] = []
        self._word_counts: list[int] = []
        self._pair_counts: dict[tuple[int, int], int] = defaultdict(int)
        # The words that hold or held a pair.
        self._words_of_pair: dict[tuple[int, int], set[int]] = defaultdict(set)
        for word in sorted(counts):
            self._add_word(word, counts[word], characters)
        for text in sorted(self._symbols):
            self._add_piece(text)
        # Entries with an old count are corrected when they reach the top.
        self._heap = [self._heap_entry(pair) for pair in self._pair_counts]
        heapq.heapify(self._heap)

    def merge_best(self) -> bool:
        """Joins the most frequent pair. Returns False if no pair occurs twice."""
        while self._heap:
            negative_count, *_, pair = heapq.heappop(self._heap)
            count = self._pair_counts[pair]
            if count != -negative_count:
                if count >= _FEWEST:
                    heapq.heappush(self._heap, self._heap_entry(pair))
                continue
            if count < _FEWEST:
                return False
            left, right = (self._texts[symbol] for symbol in pair)
            if self._may_be_piece(left, right):
                self._merge(pair)
                self.merges.append((left, right))
                self._add_piece(left + right)
                return True
            # Removed for good: its entry would reach the top each time.
            self._pair_counts[pair] = 0
        return False

    def _add_word(self, word: str, count: int, characters: frozenset[str]) -> None:
        symbols: list[int] = []
        for place, character in enumerate(word):
            if character not in characters:
                self._add_symbols(symbols, count)
                symbols = []
                continue
            is_last = place == len(word) - 1
            symbols.append(self._symbol(character + END_OF_WORD if is_last else character))
        self._add_symbols(symbols, count)

    def _add_symbols(self, symbols: list[int], count: int) -> None:
        for pair in itertools.pairwise(symbols):
            self._pair_counts[pair] += count
            self._words_of_pair[pair].add(len(self._words))
        if len(symbols) > 1:
            self._words.append(symbols)
            self._word_counts.append(count)

    def _symbol(self, text: str) -> int:
        symbol = self._symbols.setdefault(text, len(self._texts))
        if symbol == len(self._texts):
            self._texts.append(text)
        return symbol

    def _piece(self, text: str) -> str:
        if text.endswith(END_OF_WORD):
            return text.removesuffix(END_OF_WORD)
        return text + CONTINUED

    def _add_piece(self, text: str) -> None:
        piece = self._piece(text)
        if piece not in self._reserved:
            self.pieces[piece] = None

    def _may_be_piece(self, left: str, right: str) -> bool:
        text = left + right
        if not right.endswith(END_OF_WORD):
            # A word may contain `</w>`. As a symbol it would look like the end of a word.
            return not text.endswith(END_OF_WORD)
        # A last piece that ends in `@@` would look like a piece inside a word.
        piece = self._piece(text)
        return not piece.endswith(CONTINUED) and piece not in self._reserved

    def _heap_entry(self, pair: tuple[int, int]) -> tuple[int, str, str, tuple[int, int]]:
        left, right = pair
        return -self._pair_counts[pair], self._texts[left], self._texts[right], pair

    def _merge(self, pair: tuple[int, int]) -> None:
        merged = self._symbol(self._texts[pair[0]] + self._texts[pair[1]])
        grown: set[tuple[int, int]] = set()
        for index in self._words_of_pair.pop(pair):
            self._merge_in_word(index, pair, merged, grown)
        self._pair_counts.pop(pair, None)
        for changed in grown:
            heapq.heappush(self._heap, self._heap_entry(changed))

    def _merge_in_word(
        self, index: int, pair: tuple[int, int], merged: int, grown: set[tuple[int, int]]
    ) -> None:
        word = self._words[index]
        count = self._word_counts[index]
        counts = self._pair_counts
        left, right = pair
        joined: list[int] = []
        place = 0
        last = len(word) - 1
        while place <= last:
            symbol = word[place]
            if symbol != left or place == last or word[place + 1] != right:
                joined.append(symbol)
                place += 1
                continue
            # Symbols to the left are already joined, symbols to the right are not.
            if joined:
                before = joined[-1]
                counts[before, left] -= count
                self._grow((before, merged), index, count, grown)
            if place + 2 <= last:
                after = word[place + 2]
                counts[right, after] -= count
                self._grow((merged, after), index, count, grown)
            joined.append(merged)
            place += 2
        self._words[index] = joined

    def _grow(
        self, pair: tuple[int, int], index: int, count: int, grown: set[tuple[int, int]]
    ) -> None:
        self._pair_counts[pair] += count
        self._words_of_pair[pair].add(index)
        grown.add(pair)
