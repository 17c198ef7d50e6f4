"""Divides texts that are too long for a model into parts."""

import re
from collections.abc import Callable, Sequence

# Patterns where a text may be divided, best first. The first part ends with the match.
_PLACES = [re.compile(pattern) for pattern in (r"[.!?]+\s+", r"[,;:]+\s+", r"\s+")]


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
