"""The commands that the documents show, in order."""

import dataclasses
import pathlib
import re
import shlex

_FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
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
    """The commands in the document's ```sh blocks; comments and empty lines are passed over."""
    text = document.read_text(encoding="utf-8")
    found = []
    for block in _FENCE.finditer(text):
        line_number = text.count("\n", 0, block.start(1)) + 1
        for line in _CONTINUED_LINE.sub(" ", block.group(1)).splitlines():
            words = tuple(shlex.split(line, comments=True))
            if words:
                found.append(Command(f"{document.name}:{line_number}", words))
    return found
