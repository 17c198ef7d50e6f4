"""The tokens of a textproto, comments included."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from frazo.config import ConfigError
from frazo.config.config_text import ConfigText

# A word is a name or a number; "-" may stand apart from its number.
_TOKEN = re.compile(
    r"""
    (?P<comment>\#[^\n]*)
    | (?P<string>"(?:[^"\\\n]|\\[^\n])*"|'(?:[^'\\\n]|\\[^\n])*')
    | (?P<mark>[{}<>\[\]:,;/])
    | (?P<word>[^\s{}<>\[\]:,;/"'#]+)
    | (?P<blank>\s+)
    """,
    re.VERBOSE,
)


class Token(NamedTuple):
    """A part of a textproto.

    Attributes:
      kind: "comment", "string", "mark", "word" or, at the end of the text, "end".
      text: As it is written, without blanks around it.
      line: Counts from 1.
      column: Counts from 1.
      lines_before: The ends of lines between it and what comes before it.
    """

    kind: str
    text: str
    line: int
    column: int
    lines_before: int


def tokens(config: ConfigText) -> Iterator[Token]:
    """Yields the tokens of a text; the last one is its end.

    Raises:
      ConfigError: There is a character that begins no token.
    """
    text, start, line, line_start, lines_before = config.text, 0, 1, 0, 0
    while start < len(text):
        column = start - line_start + 1
        match = _TOKEN.match(text, start)
        if match is None:
            problem = f"a string without its closing {text[start]}; a string ends in its line"
            raise ConfigError.at(config.origin(line, column), "", problem)
        start = match.end()
        if match.lastgroup == "blank":
            lines_before = match.group().count("\n")
            line += lines_before
            if lines_before:
                line_start = text.rindex("\n", match.start(), start) + 1
            continue
        yield Token(str(match.lastgroup), match.group().rstrip(), line, column, lines_before)
        lines_before = 0
    yield Token("end", "", line, start - line_start + 1, lines_before)
