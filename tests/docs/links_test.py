"""Every link of a document leads to a file that is there, and to a heading of it."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest

CHECKOUT = Path("WORKSPACE").resolve().parent
# Folders of the checkout that hold documents.
ROOTS = (
    "*.md",
    "docs/*.md",
    "docs/*.ipynb",
    "third_party/**/*.md",
    "tests/**/*.md",
    "python/**/*.md",
)
_CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
_OUTSIDE = re.compile(r"[a-z]+:")


def documents() -> list[Path]:
    return sorted({path for root in ROOTS for path in CHECKOUT.glob(root)})


def links(text: str) -> list[str]:
    """The targets of the links of a document, without those that only show a form."""
    return _LINK.findall(_CODE.sub("", _CODE_BLOCK.sub("", text)))


def anchors(text: str) -> set[str]:
    """The names of a document's headings, as GitHub makes them."""
    found: Counter[str] = Counter()
    names = set()
    for heading in _HEADING.findall(_CODE_BLOCK.sub("", text)):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", shown.strip().lower()).replace(" ", "-")
        names.add(f"{name}-{found[name]}" if found[name] else name)
        found[name] += 1
    return names


def problem(document: Path, link: str) -> str | None:
    """What is wrong with a link; None if it leads somewhere, or out of the checkout."""
    if _OUTSIDE.match(link):
        return None
    path, _, anchor = unquote(link).partition("#")
    target = document if not path else document.parent / path
    if not target.exists():
        return f"{link}: there is no such file"
    if anchor and anchor not in anchors(target.read_text(encoding="utf-8")):
        return f"{link}: {target.name} has no such heading"
    return None


@pytest.mark.parametrize(
    "document", documents(), ids=lambda document: str(document.relative_to(CHECKOUT))
)
def test_links_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    assert not [found for link in links(text) if (found := problem(document, link))]


def test_anchors_are_those_of_github():
    text = "# A `name`, and more\n## [Part](x.md) 2: why?\n## A name\n## A name\n```\n# no\n```\n"
    assert anchors(text) == {"a-name-and-more", "part-2-why", "a-name", "a-name-1"}


def test_a_broken_link_is_named(tmp_path):
    document = tmp_path / "a.md"
    document.write_text(
        "# One\n[b](b.md) [c](#one) [d](#two) [e](https://example.org/x) `[f](g)`\n"
    )
    found = [problem(document, link) for link in links(document.read_text())]
    assert found == ["b.md: there is no such file", None, "#two: a.md has no such heading", None]
