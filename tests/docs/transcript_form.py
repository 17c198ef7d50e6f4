"""Compares transcripts with what programs print, but for the numbers and names in it."""

import re
from collections.abc import Iterable, Sequence

from documents import ELISION

# A long text is cut.
_QUOTED = re.compile(r'"[^"]*"(\.\.\. \(\d+ bytes\))?')
_FINGERPRINT = re.compile(r"\b[0-9a-f]{16}\b")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d([\d,.:]*\d)?(e[-+]?\d+)?")
_NUMBERS = re.compile(r"#(, #)+")
_SIZE = re.compile(r"# [kMG]?B\b")
_GAP = re.compile(r" {2,}")
# Below the name stand its numbers.
_FEWEST_CELLS_OF_A_ROW = 3


def form(line: str) -> str:
    """Returns the line with a mark for each number, quoted text and name of a table's row."""
    cells = _GAP.split(line.strip())
    if len(cells) >= _FEWEST_CELLS_OF_A_ROW and any(map(_NUMBER.fullmatch, cells[1:])):
        return "row " + " ".join("#" if re.search(r"\d|^-$", cell) else cell for cell in cells[1:])
    line = _GAP.sub("  ", _QUOTED.sub('""', line))
    line = _NUMBER.sub("#", _FINGERPRINT.sub("#", line))
    return _SIZE.sub("# bytes", _NUMBERS.sub("#", line)).rstrip()


def lines_never_printed(transcript: Iterable[str], printed: Iterable[str]) -> list[str]:
    """Returns the lines of a transcript whose form no printed line has."""
    forms = {form(line) for line in printed}
    return [line for line in transcript if line != ELISION and form(line) not in forms]


def renewed(transcript: Sequence[str], printed: Sequence[str]) -> list[str]:
    """Returns a transcript of what was printed that leaves out as much as an older one.

    The part before the first ELISION keeps its number of lines, and so do the part after the last
    one and those between, which begin at the first line of the form that they began with.
    """
    while printed and not printed[-1].strip():
        printed = printed[:-1]
    parts: list[list[str]] = [[]]
    for line in transcript:
        if line == ELISION:
            parts.append([])
        else:
            parts[-1].append(line)
    if len(parts) == 1:
        return list(printed)
    begin = len(parts[0])
    new = list(printed[:begin])
    for part in parts[1:-1]:
        begin = next(i for i in range(begin, len(printed)) if form(printed[i]) == form(part[0]))
        new += [ELISION, *printed[begin : begin + len(part)]]
        begin += len(part)
    return [*new, ELISION, *printed[max(begin, len(printed) - len(parts[-1])) :]]
