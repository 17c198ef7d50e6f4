"""Divides texts that are too long for a model into parts, and joins what became of them."""

import re
from collections.abc import Callable, Sequence

# Patterns where a text may be divided, best first: after a sentence, a clause, a word. The first
# part ends with the match. Chinese and Japanese have no blanks behind their punctuation.
_PLACES = [
    re.compile(pattern)
    for pattern in (
        # The full stops of Arabic, Devanagari, Armenian and Ethiopic; then the full-width ones.
        r"[.!?\u061f\u0964\u0965\u0589\u1362]+[\"'\u201d\u2019\u00bb)]*\s+"
        r"|[\u3002\uff0e\uff01\uff1f\uff61]+[\u300d\u300f\u201d\u2019\uff09\u3011\u300b]*\s*",
        r"[,;:\u060c\u061b\u1363]+\s+|[\uff0c\u3001\uff1b\uff1a\uff64]+\s*",
        r"\s+",
    )
]
# Letters and punctuation of scripts without blanks between words: Thai to Burmese, Khmer, then
# Chinese, Japanese and full-width forms. Korean has blanks.
_WITHOUT_BLANKS = (
    (0x0E00, 0x0EFF),
    (0x1000, 0x109F),
    (0x1780, 0x17FF),
    (0x2E80, 0x312F),
    (0x3190, 0x9FFF),
    (0xF900, 0xFAFF),
    (0xFE30, 0xFE4F),
    (0xFF00, 0xFFEF),
    (0x20000, 0x3FFFF),
)


def divide(
    texts: Sequence[str], num_tokens: Callable[[list[str]], list[int]], max_tokens: int
) -> list[list[str]]:
    """Returns the parts of each text in order, none longer than max_tokens. Most texts are one
    part.

    A text that is too long is divided at the end of a sentence, or else of a clause or a word,
    nearest to its middle; its halves are divided likewise. A single character is a part, whatever
    its length.

    Args:
      texts: The texts.
      num_tokens: Returns the number of tokens of each of some texts.
      max_tokens: 0: every text is one part.
    """
    pieces = list(enumerate(texts))
    while max_tokens:
        lengths = num_tokens([piece for _, piece in pieces])
        too_long = [
            length > max_tokens and len(piece) > 1
            for (_, piece), length in zip(pieces, lengths, strict=True)
        ]
        if not any(too_long):
            break
        pieces = [
            (row, part)
            for (row, piece), divided in zip(pieces, too_long, strict=True)
            for part in (_halves(piece) if divided else [piece])
        ]
    parts: list[list[str]] = [[] for _ in texts]
    for row, piece in pieces:
        parts[row].append(piece)
    return parts


def join(parts: Sequence[str]) -> str:
    """Returns the parts as one text. Empty parts add nothing.

    There is a blank between two parts unless both touch in a script that has none between words.
    """
    text = ""
    for part in filter(None, parts):
        has_blank = text and not (_is_without_blanks(text[-1]) and _is_without_blanks(part[0]))
        text += f" {part}" if has_blank else part
    return text


def _is_without_blanks(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _WITHOUT_BLANKS)


def _halves(text: str) -> tuple[str, str]:
    """Returns two parts that are shorter than the text, which has two characters or more."""
    middle = len(text) // 2
    # Not so near an end that one part is very short.
    margin = max(len(text) // 8, 1)
    for pattern in _PLACES:
        places = [
            match.end()
            for match in pattern.finditer(text)
            if margin <= match.end() <= len(text) - margin
        ]
        if places:
            place = min(places, key=lambda end: abs(end - middle))
            return text[:place].rstrip(), text[place:]
    return text[:middle], text[middle:]
