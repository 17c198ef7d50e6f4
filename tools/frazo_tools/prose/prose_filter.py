"""Tells paragraphs of English prose from lists, programs and other languages."""

import enum
import re

_WORD = re.compile(r"[^\W\d_]+")
# The most frequent words of English. They are a third and more of each text that people wrote.
_FUNCTION_WORDS = frozenset(
    [
        "a",
        "about",
        "after",
        "all",
        "also",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "before",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "each",
        "for",
        "from",
        "had",
        "has",
        "have",
        "he",
        "her",
        "him",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "like",
        "many",
        "may",
        "more",
        "most",
        "my",
        "no",
        "not",
        "of",
        "on",
        "one",
        "only",
        "or",
        "other",
        "our",
        "out",
        "over",
        "she",
        "should",
        "so",
        "some",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "two",
        "up",
        "use",
        "used",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "will",
        "with",
        "would",
        "you",
        "your",
    ]
)
_LEAST_WORDS = 10
_LEAST_FUNCTION_WORDS = 0.25
_LEAST_LETTERS = 0.75


class Reason(enum.Enum):
    """Why a paragraph is left out."""

    SHORT = f"fewer than {_LEAST_WORDS} words: headings, names, menus"
    SYMBOLS = "too many digits and symbols: programs, tables"
    NOT_ENGLISH = "too few function words: lists, other languages"


def fault_of(paragraph: str) -> Reason | None:
    """Returns why a paragraph is no English prose; None if it is."""
    words = _WORD.findall(paragraph.casefold())
    if len(words) < _LEAST_WORDS:
        return Reason.SHORT
    visible = sum(map(len, paragraph.split()))
    if sum(map(len, words)) < _LEAST_LETTERS * visible:
        return Reason.SYMBOLS
    if sum(word in _FUNCTION_WORDS for word in words) < _LEAST_FUNCTION_WORDS * len(words):
        return Reason.NOT_ENGLISH
    return None
