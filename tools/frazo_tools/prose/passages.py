"""Divides documents into passages: the records that a language model is trained on."""

import re
from collections.abc import Iterable, Iterator

# After the end of a sentence; group 1 is what the part before it keeps.
_SENTENCE_END = re.compile(r"[.!?][)\"'\u2019\u201d]*\s")


def passages(paragraphs: Iterable[str], most_bytes: int) -> Iterator[str]:
    """Joins neighbouring paragraphs, with line ends between them, to passages.

    A longer paragraph is divided where a sentence ends, or else a word.

    Args:
      paragraphs: The paragraphs of one document; they have no line ends.
      most_bytes: Bytes of UTF-8 that a passage may have; at least 4.

    Yields:
      Passages of as many paragraphs as fit. Together they are all the paragraphs.
    """
    lines: list[str] = []
    size = 0
    for paragraph in paragraphs:
        for part in _parts(paragraph, most_bytes):
            part_size = len(part.encode())
            if lines and size + 1 + part_size > most_bytes:
                yield "\n".join(lines)
                lines, size = [], 0
            size += part_size + bool(lines)
            lines.append(part)
    if lines:
        yield "\n".join(lines)


def _parts(paragraph: str, most_bytes: int) -> Iterator[str]:
    rest = paragraph
    while len(rest.encode()) > most_bytes:
        # As many whole characters as fit.
        head = rest.encode()[:most_bytes].decode(errors="ignore")
        ends = [match.end() for match in _SENTENCE_END.finditer(head)]
        end = ends[-1] if ends else head.rfind(" ") + 1
        part, rest = (rest[:end], rest[end:]) if end else (head, rest[len(head) :])
        if part.strip():
            yield part.strip()
    if rest.strip():
        yield rest.strip()
