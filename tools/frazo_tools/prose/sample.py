"""Pages of prose, for tests."""

import random
from pathlib import Path

_BEGINNINGS = ("It is", "There is", "This was", "That has been")
_WORDS = [
    "kernel",
    "package",
    "system",
    "network",
    "file",
    "user",
    "process",
    "memory",
    "device",
    "driver",
    "record",
    "server",
    "script",
    "module",
    "library",
    "printer",
    "window",
    "keyboard",
    "language",
    "sentence",
    "grammar",
    "teacher",
    "river",
    "mountain",
]


def write_pages(folder: Path, count: int) -> None:
    """Writes pages 0.html, 1.html, ... of English prose, no two paragraphs of which are
    near-copies.
    """
    folder.mkdir(parents=True)
    chooser = random.Random(1)
    for number in range(count):
        page = "".join(f"<p>{_paragraph(chooser)}</p>\n" for _ in range(12))
        (folder / f"{number}.html").write_text(f"<h1>Page {number}</h1><pre>x = 1;</pre>\n{page}")


def _paragraph(chooser: random.Random) -> str:
    sentences = []
    for _ in range(chooser.randint(2, 5)):
        words = chooser.sample(_WORDS, 3)
        middle = chooser.choice(("which is in", "that was with", "and then some of"))
        sentences.append(
            f"{chooser.choice(_BEGINNINGS)} the {words[0]} {middle} a {words[1]}, but not the {words[2]}."
        )
    return " ".join(sentences)
