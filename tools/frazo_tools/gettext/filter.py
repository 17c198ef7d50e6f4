"""Decides which messages make training pairs, and why others do not."""

import enum
import re
import unicodedata
from typing import NamedTuple

from frazo_tools.gettext.normal_form import letters, normalize
from frazo_tools.gettext.placeholders import placeholders
from frazo_tools.gettext.surface import clean_pair

MOST_WORDS = 60
# The longer side may have this many times the characters of the other, and some more.
_MOST_LENGTH_RATIO = 2.5
_LENGTH_SLACK = 12
# English sources are in Latin letters; a few other letters are names.
_MOST_FOREIGN_LETTERS = 0.3
# Words that few other languages share.
_ENGLISH_WORDS = frozenset(
    re.findall(
        r"\w+",
        "and are been cannot could from has have it its not should that the their there these this "
        "those when where which with would you your",
    )
)
_LEAST_ENGLISH_WORDS = 2
_MOST_ENGLISH_SHARE = 0.2
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
# Texts that translators replace by their own names.
_CREDITS = frozenset(
    [
        "translator-credits",
        "translator_credits",
        "your names",
        "your emails",
        "name of translators",
        "email of translators",
    ]
)


class Reason(enum.Enum):
    """Why a message is left out, in the order of the checks. The value is the text in the
    report.
    """

    EMPTY = "one side is empty"
    CREDITS = "names or addresses of people"
    CONTROL_CHARACTERS = "control characters, or not text"
    NO_LETTERS = "one side has no letters"
    UNTRANSLATED = "both sides are the same, and not a name"
    PLACEHOLDERS = "placeholders or markup differ"
    TOO_LONG = f"more than {MOST_WORDS} words"
    LENGTHS_DIFFER = "too different in length"
    WRONG_LANGUAGE = "in the wrong language"


class Pair(NamedTuple):
    source: str
    target: str


def make_pair(source: str, target: str) -> Pair | Reason:
    """Returns the two cleaned sides of a message, or the reason why they are not a pair."""
    source, target = clean_pair(source, target)
    reason = _reason(source, target)
    return Pair(source, target) if reason is None else reason


def _reason(source: str, target: str) -> Reason | None:
    if not source or not target:
        return Reason.EMPTY
    if source.lower() in _CREDITS or _EMAIL.search(source) or _EMAIL.search(target):
        return Reason.CREDITS
    if not _is_text(source) or not _is_text(target):
        return Reason.CONTROL_CHARACTERS
    if not letters(source) or not letters(target):
        return Reason.NO_LETTERS
    if normalize(source) == normalize(target) and not _is_name(source):
        return Reason.UNTRANSLATED
    if placeholders(source) != placeholders(target):
        return Reason.PLACEHOLDERS
    if max(len(source.split()), len(target.split())) > MOST_WORDS:
        return Reason.TOO_LONG
    shorter, longer = sorted((len(source), len(target)))
    if longer > _MOST_LENGTH_RATIO * shorter + _LENGTH_SLACK:
        return Reason.LENGTHS_DIFFER
    if not _is_latin(source) or _is_english(target):
        return Reason.WRONG_LANGUAGE
    return None


def _is_text(text: str) -> bool:
    """Returns whether the text has no control, private, unassigned, surrogate or replacement
    characters.
    """
    return (text.isprintable() and "\ufffd" not in text) or not any(
        unicodedata.category(character) in ("Cc", "Co", "Cn", "Cs") or character == "\ufffd"
        for character in text
    )


def _is_name(text: str) -> bool:
    """Returns whether the text is one capitalized word: "Browser" and "Linux" are the same in
    German.
    """
    return " " not in text and text[0].isupper()


def _is_latin(text: str) -> bool:
    if text.isascii():
        return True
    of_letters = [character for character in text if character.isalpha()]
    foreign = sum(not unicodedata.name(c, "").startswith("LATIN ") for c in of_letters)
    return foreign <= _MOST_FOREIGN_LETTERS * len(of_letters)


def _is_english(target: str) -> bool:
    words = letters(target).split()
    english = sum(word in _ENGLISH_WORDS for word in words)
    return english >= _LEAST_ENGLISH_WORDS and english > _MOST_ENGLISH_SHARE * len(words)
