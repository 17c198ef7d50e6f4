"""A page for the TensorFlow ops, from what core/ops registers: names, types, shapes, comments."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

_OP = re.compile(
    r'^REGISTER_OP\("(?P<name>[^"]+)"\)(?P<rest>.*?)\)doc"\);', re.MULTILINE | re.DOTALL
)
_ARGUMENT = re.compile(r'\.(?P<kind>Input|Output|Attr)\("(?P<name>\w+): (?P<type>[^"]+)"\)')
_TEXT = re.compile(r'\.Doc\(R"doc\((?P<text>.*)', re.DOTALL)
# A line of the text that is about an argument, and those that go on with it.
_ABOUT = re.compile(r"^(?P<name>\w+): ?(?P<meaning>.*?)(?=^\w+:|\Z)", re.MULTILINE | re.DOTALL)

_PREAMBLE = """\
# TensorFlow ops

Exported graphs hold these ops, and `frazo.ops` ([Python](python/ops.md)) is how Python calls them. A program of your own
loads their library with `frazo.ops.load()`, or links it. `B` and other letters in a shape are explained where they first
stand; `[]` is a single value. What is wrong in an input is `InvalidArgument`, never a crash.
"""


class Argument(NamedTuple):
    """An input, an output or an attribute of an op.

    Attributes:
      kind: "Input", "Output" or "Attr".
      name: Its name.
      type: Its type, for an attribute with its bounds and its default.
      meaning: What the op's text says of it: shape and meaning; "" if nothing.
    """

    kind: str
    name: str
    type: str
    meaning: str


class Op(NamedTuple):
    """An op as it is registered.

    Attributes:
      name: Its name, "Frazo>SearchStep".
      text: What it does and which errors it gives.
      arguments: Inputs, outputs and attributes, in the order of the source.
    """

    name: str
    text: str
    arguments: tuple[Argument, ...]


def ops(sources: Iterable[Path]) -> list[Op]:
    """Returns the ops that C++ files register, by name."""
    return sorted(op for source in sources for op in _ops(source.read_text(encoding="utf-8")))


def page(found: Iterable[Op]) -> str:
    """Returns the page."""
    return "\n".join([_PREAMBLE, *map(_section, found)])


def _ops(source: str) -> Iterator[Op]:
    for registered in _OP.finditer(source):
        text = _TEXT.search(registered["rest"])
        if text is None:
            continue
        said = text["text"].strip()
        names = [found["name"] for found in _ARGUMENT.finditer(registered["rest"])]
        begin = _first_argument(said, names)
        meanings = {about["name"]: about["meaning"] for about in _ABOUT.finditer(said[begin:])}
        arguments = tuple(
            Argument(found["kind"], found["name"], found["type"], meanings.get(found["name"], ""))
            for found in _ARGUMENT.finditer(registered["rest"])
        )
        yield Op(registered["name"], said[:begin].strip(), arguments)


def _first_argument(text: str, names: Iterable[str]) -> int:
    begins = re.search(rf"^({'|'.join(names)}):", text, re.MULTILINE)
    return len(text) if begins is None else begins.start()


def _section(op: Op) -> str:
    lines = [f"## {op.name.removeprefix('Frazo>')}", "", f"`{op.name}`", "", op.text, ""]
    for kind, heading in (("Input", "input"), ("Attr", "attribute"), ("Output", "output")):
        rows = [argument for argument in op.arguments if argument.kind == kind]
        if rows:
            lines += [f"| {heading} | type | shape and meaning |", "| --- | --- | --- |"]
            lines += [_row(row) for row in rows]
            lines.append("")
    return "\n".join(lines)


def _row(argument: Argument) -> str:
    meaning = " ".join(argument.meaning.split()).replace("|", "\\|")
    # A shape in brackets is no link.
    meaning = re.sub(r"\[[^\]]*\](?=\()|^\[[^\]]*\]", lambda shape: f"`{shape[0]}`", meaning)
    return f"| `{argument.name}` | `{argument.type}` | {meaning} |"
