"""Normal forms for comparing texts."""

import re
import unicodedata

from frazo_tools.gettext.placeholders import without_placeholders

_NOT_LETTERS = re.compile(r"[\W\d_]+")
_TRIGRAM = 3


def normalize(text: str) -> str:
    """Returns the same text for all that differ in case, blanks or equivalent characters of
    Unicode.
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def letters(text: str) -> str:
    """Returns the words of the normal form without digits, punctuation, placeholders and markup."""
    return _NOT_LETTERS.sub(" ", normalize(without_placeholders(text))).strip()


def trigrams(text: str) -> set[str]:
    """Returns the runs of three characters of the text with a blank around it; none for an empty
    text.
    """
    if not text:
        return set()
    padded = f" {text} "
    return {padded[at : at + _TRIGRAM] for at in range(len(padded) - _TRIGRAM + 1)}
