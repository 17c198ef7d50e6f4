"""The forms in which texts are compared."""

import re
import unicodedata

from frazo_tools.gettext.placeholders import without_placeholders

_NOT_LETTERS = re.compile(r"[\W\d_]+")
_TRIGRAM = 3


def normalize(text: str) -> str:
    """One text for all that differ in case, in blanks or in equivalent characters of Unicode."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def letters(text: str) -> str:
    """The normal form's letters in words: digits, punctuation, placeholders and markup are gone."""
    return _NOT_LETTERS.sub(" ", normalize(without_placeholders(text))).strip()


def trigrams(text: str) -> set[str]:
    """The runs of three characters of a text, with a blank around it; none of an empty text."""
    if not text:
        return set()
    padded = f" {text} "
    return {padded[at : at + _TRIGRAM] for at in range(len(padded) - _TRIGRAM + 1)}
