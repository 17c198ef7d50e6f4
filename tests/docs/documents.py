"""The commands, their output and the Python that the documents show, in order."""

import dataclasses
import pathlib
import re
import shlex
from collections.abc import Iterator

# A block of commands, or a named one of what they print.
_BLOCK = re.compile(
    r"^```sh\n(?P<commands>.*?)^```$|^<!-- (?P<name>\w+) -->\n```\n(?P<printed>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
# With what it prints, if that follows.
_PYTHON = re.compile(
    r"^```python\n(?P<text>.*?)^```$(\n\n```\n(?P<printed>.*?)^```$)?", re.MULTILINE | re.DOTALL
)
_CONTINUED_LINE = re.compile(r"\\\n\s*")
_BACKGROUND = "&"
# Stands in a transcript for any number of lines.
ELISION = "..."


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
    def is_in_background(self) -> bool:
        """Whether the shell does not wait for its end."""
        return self.words[-1] == _BACKGROUND

    @property
    def arguments(self) -> list[str]:
        """What comes after `--`."""
        words = self.words[:-1] if self.is_in_background else self.words
        return list(words[words.index("--") + 1 :]) if "--" in words else []


@dataclasses.dataclass(frozen=True)
class Transcript:
    """What a document says that a command or a block of Python prints.

    name: Stands in the comment above it; that of Python has none. lines: May hold ELISION. span:
    Where its text begins and ends in the document's.
    """

    place: str
    name: str | None
    lines: tuple[str, ...]
    span: tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Step:
    """A block of commands with the transcripts below it, up to the next block of commands."""

    commands: tuple[Command, ...]
    transcripts: tuple[Transcript, ...]


@dataclasses.dataclass(frozen=True)
class PythonBlock:
    """A block of Python, and what it prints."""

    place: str
    text: str
    transcript: Transcript | None


def steps(document: pathlib.Path) -> list[Step]:
    """Returns the ```sh blocks of a document. Comments and empty lines are ignored."""
    text = document.read_text(encoding="utf-8")
    found: list[Step] = []
    for block in _BLOCK.finditer(text):
        if block["commands"] is not None:
            found.append(
                Step(
                    tuple(_commands(_place(document, text, block, "commands"), block["commands"])),
                    (),
                )
            )
            continue
        transcript = _transcript(document, text, block, block["name"])
        if not found:
            raise ValueError(f"{transcript.place}: no command stands above this output")
        found[-1] = Step(found[-1].commands, (*found[-1].transcripts, transcript))
    return found


def commands(document: pathlib.Path) -> list[Command]:
    """Returns the commands of all steps."""
    return [command for step in steps(document) for command in step.commands]


def python_blocks(document: pathlib.Path) -> list[PythonBlock]:
    """Returns the ```python blocks of a document."""
    text = document.read_text(encoding="utf-8")
    return [
        PythonBlock(
            _place(document, text, block, "text"),
            block["text"],
            None if block["printed"] is None else _transcript(document, text, block, None),
        )
        for block in _PYTHON.finditer(text)
    ]


def _transcript(
    document: pathlib.Path, text: str, block: re.Match[str], name: str | None
) -> Transcript:
    lines = tuple(block["printed"].splitlines())
    return Transcript(_place(document, text, block, "printed"), name, lines, block.span("printed"))


def _commands(place: str, block: str) -> Iterator[Command]:
    for line in _CONTINUED_LINE.sub(" ", block).splitlines():
        if words := tuple(shlex.split(line, comments=True)):
            yield Command(place, words)


def _place(document: pathlib.Path, text: str, block: re.Match[str], group: str) -> str:
    line_number = text.count("\n", 0, block.start(group)) + 1
    return f"{document.name}:{line_number}"
