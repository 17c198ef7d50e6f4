"""The commands and the Python that the documents show, in order."""

import dataclasses
import pathlib
import re
import shlex
from collections.abc import Iterator

_FENCE = r"^```{}\n(.*?)^```$"
_CONTINUED_LINE = re.compile(r"\\\n\s*")


@dataclasses.dataclass(frozen=True)
class Command:
    """A command line of a document, as words. place: document and line, for messages."""

    place: str
    words: tuple[str, ...]

    @property
    def target(self) -> str | None:
        """What `./bazelw run` runs."""
        if self.words[:2] != ("./bazelw", "run"):
            return None
        return next(word for word in self.words[2:] if word.startswith("//"))

    @property
    def arguments(self) -> list[str]:
        """What comes after `--`."""
        return list(self.words[self.words.index("--") + 1 :]) if "--" in self.words else []


def commands(document: pathlib.Path) -> list[Command]:
    """The commands in the document's ```sh blocks; comments and empty lines are ignored."""
    found = []
    for place, block in _blocks(document, "sh"):
        for line in _CONTINUED_LINE.sub(" ", block).splitlines():
            words = tuple(shlex.split(line, comments=True))
            if words:
                found.append(Command(place, words))
    return found


def python_blocks(document: pathlib.Path) -> list[tuple[str, str]]:
    """The place and the text of each ```python block."""
    return list(_blocks(document, "python"))


def _blocks(document: pathlib.Path, language: str) -> Iterator[tuple[str, str]]:
    text = document.read_text(encoding="utf-8")
    for block in re.finditer(_FENCE.format(language), text, re.MULTILINE | re.DOTALL):
        line_number = text.count("\n", 0, block.start(1)) + 1
        yield f"{document.name}:{line_number}", block.group(1)
