"""Dividing what is too long for a model into parts that it can translate."""

import re
from collections.abc import Callable, Sequence

# Where a text may be divided, best first; the parts keep what is before the end of a match.
_PLACES = [re.compile(pattern) for pattern in (r"[.!?]+\s+", r"[,;:]+\s+", r"\s+")]


def divide(
    texts: Sequence[str], num_tokens: Callable[[list[str]], list[int]], max_tokens: int
) -> list[list[str]]:
    """The parts of each text, none longer than max_tokens, in order; most texts are one part.

    A text that is too long is halved where a sentence ends, or else a clause, or a word, the place
    nearest to its middle; and so are its halves. num_tokens: of each of some texts. max_tokens: 0:
    every text is one part. A single character is a part, whatever its length.
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
    """Both shorter than the text, which has two characters or more."""
    middle = len(text) // 2
    # Not so near to an end that hardly anything is cut off.
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
