"""Rules by which texts are made alike before they are compared. Each has a name and says what it
does, because figures after different rules cannot be compared.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

from frazo_tools.wer.transcript_error import TranscriptError

_TAG = re.compile(r"<[^<>\s]*>|\[[^][\s]*\]")
_APOSTROPHES = "'\u2019"
# What a tokenizer prints for the start and the end of a sentence.
_START = re.compile(r"\s*(<s>\s*)+")
_END = re.compile(r"(\s*</s>)+\s*$")


class Rule(NamedTuple):
    """A rule.

    Attributes:
      says: What it does, in a few words.
      apply: Does it.
    """

    says: str
    apply: Callable[[str], str]


def _without_punctuation(text: str) -> str:
    characters = []
    for at, character in enumerate(text):
        if character in _APOSTROPHES:
            inside = text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum()
            characters.append("'" if inside else " ")
        else:
            is_mark = unicodedata.category(character).startswith("P")
            characters.append(" " if is_mark else character)
    return "".join(characters)


RULES = {
    "lowercase": Rule("capital letters become small ones", str.lower),
    "punctuation": Rule(
        "Unicode's punctuation becomes blanks, hyphens too, but apostrophes within words stay",
        _without_punctuation,
    ),
    "tags": Rule(
        "<noise> and [noise], without blanks inside, are removed", lambda t: _TAG.sub(" ", t)
    ),
    "nfkc": Rule(
        "Unicode's compatible forms become one (NFKC)",
        lambda text: unicodedata.normalize("NFKC", text),
    ),
}


def parse_rules(names: str) -> list[str]:
    """Parses names with commas between them; `none` is none.

    Raises:
      TranscriptError: No rule has this name.
    """
    found = [name.strip() for name in names.split(",") if name.strip() not in ("", "none")]
    for name in found:
        if name not in RULES:
            raise TranscriptError(
                f"--normalize: no rule is called '{name}'; there are {', '.join(RULES)}"
            )
    return found


def without_sentence_marks(text: str) -> str:
    """Removes <s> from the start and </s> from the end: they are never part of words."""
    return _END.sub("", text[match.end() :] if (match := _START.match(text)) else text)


def normalized(texts: Sequence[str], rules: Sequence[str]) -> list[str]:
    """Applies rules in their order, after without_sentence_marks."""
    found = [without_sentence_marks(text) for text in texts]
    for name in rules:
        found = [RULES[name].apply(text) for text in found]
    return found
