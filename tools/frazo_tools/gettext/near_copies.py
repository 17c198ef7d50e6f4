"""Finds texts that are almost the same as one of many others."""

from array import array

import numpy as np
from frazo_tools.gettext.normal_form import letters, trigrams

# From it on two texts are near-copies: of six words about one is another.
SIMILARITY = 0.6


class NearCopies:
    """Texts that can be asked for near-copies: the trigrams of whose letters have a Jaccard
    similarity of at least SIMILARITY.

    An inverted index of trigrams: a question costs what the lists of the text's own trigrams hold.
    """

    def __init__(self) -> None:
        # Numbers of the texts that have the trigram.
        self._texts_with: dict[str, array] = {}
        # Trigrams of each text.
        self._sizes = array("i")

    def add(self, text: str) -> None:
        number = len(self._sizes)
        found = trigrams(letters(text))
        self._sizes.append(len(found))
        for trigram in found:
            self._texts_with.setdefault(trigram, array("i")).append(number)

    def has(self, text: str) -> bool:
        """Whether a text like this one was added. A text without letters is like no other."""
        wanted = trigrams(letters(text))
        lists = [self._texts_with[trigram] for trigram in wanted if trigram in self._texts_with]
        if not lists:
            return False
        numbers = np.concatenate([np.frombuffer(numbers, np.intc) for numbers in lists])
        common = np.bincount(numbers, minlength=len(self._sizes))
        union = np.frombuffer(self._sizes, np.intc) + (len(wanted) - common)
        return bool((common >= SIMILARITY * union).any())
