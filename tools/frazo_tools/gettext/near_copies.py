"""Finds texts that are almost equal to one of many other texts."""

from array import array

import numpy as np
from frazo_tools.gettext.normal_form import letters, trigrams

# Two texts of at least this similarity are near-copies: about one word of six differs.
SIMILARITY = 0.6


class NearCopies:
    """Finds near-copies among added texts: the Jaccard similarity of their letters' trigrams is at
    least SIMILARITY.

    An inverted index of trigrams: the cost of a query is the length of the lists of the text's
      trigrams.
    """

    def __init__(self) -> None:
        # Indices of the texts that have the trigram.
        self._texts_with: dict[str, array] = {}
        # Number of trigrams of each text.
        self._sizes = array("i")

    def add(self, text: str) -> None:
        number = len(self._sizes)
        found = trigrams(letters(text))
        self._sizes.append(len(found))
        for trigram in found:
            self._texts_with.setdefault(trigram, array("i")).append(number)

    def has(self, text: str) -> bool:
        """Returns whether a near-copy was added. A text without letters has no near-copies."""
        wanted = trigrams(letters(text))
        lists = [self._texts_with[trigram] for trigram in wanted if trigram in self._texts_with]
        if not lists:
            return False
        numbers = np.concatenate([np.frombuffer(numbers, np.intc) for numbers in lists])
        common = np.bincount(numbers, minlength=len(self._sizes))
        union = np.frombuffer(self._sizes, np.intc) + (len(wanted) - common)
        return bool((common >= SIMILARITY * union).any())
