"""The pages of the site: the repository's documents, and the reference from its sources."""

import shutil
from pathlib import Path

from frazo_tools.docs import message_reference, notebook_page, op_reference, python_reference
from frazo_tools.docs.registered_classes import bindings
from frazo_tools.docs.site_links import with_site_links

_PYTHON = Path(__file__).parents[3] / "python"
# Rooms whose classes are bound to messages.
_ROOMS = ("input", "layers", "learn", "models", "tasks")
# Documents that are not in docs/, and their pages.
_OTHER_DOCUMENTS = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "README.md": "index.md",
    "third_party/README.md": "dependencies.md",
}
_NOTEBOOK = "docs/codelab.ipynb"
# Folders of docs/ whose files go to the site as they are.
_ASSETS = ("assets", "images")
_MESSAGES = "reference/messages"
_PYTHON_PAGES = "reference/python"
# What stands for made pages in the navigation of mkdocs.yml.
_NAVIGATION_OF_MESSAGES = "<messages>"
_NAVIGATION_OF_PYTHON = "<python>"


def write_pages(checkout: Path, folder: Path) -> None:
    """Writes all pages as Markdown, with their pictures.

    Args:
      checkout: The repository.
      folder: An empty folder.
    """
    sources = _pages_by_source(checkout)
    for source, path in sources.items():
        if path.endswith(".md") and not path.startswith(_MESSAGES):
            text = (checkout / source).read_text(encoding="utf-8")
            text = notebook_page.page(text) if source == _NOTEBOOK else text
            _write(folder / path, with_site_links(text, source, sources))
    for name in _ASSETS:
        shutil.copytree(checkout / "docs" / name, folder / name)
    for name, text in message_reference.pages(bindings(_PYTHON / "frazo", _ROOMS)).items():
        _write(folder / _MESSAGES / f"{name}.md", text)
    for name, text in python_reference.pages().items():
        _write(folder / _PYTHON_PAGES / f"{name}.md", text)
    ops = op_reference.ops(sorted((checkout / "core/ops").glob("*.cc")))
    _write(folder / "reference/ops.md", op_reference.page(ops))


def navigation(entries: list) -> list:
    """Returns the navigation of mkdocs.yml with the pages that are made from sources."""
    return [{title: _entry(value) for title, value in entry.items()} for entry in entries]


def _entry(value: str | list) -> str | list:
    if isinstance(value, list):
        return navigation(value)
    if value == _NAVIGATION_OF_PYTHON:
        return [
            {python_reference.title(name): f"{_PYTHON_PAGES}/{name}.md"}
            for name in python_reference.PAGES
        ]
    if value == _NAVIGATION_OF_MESSAGES:
        return [
            {family: [f"{_MESSAGES}/{name}.md" for name in names.split()]}
            for family, names in message_reference.FAMILIES.items()
        ]
    return value


def _pages_by_source(checkout: Path) -> dict[str, str]:
    """Returns where on the site each file is that documents link to."""
    found = dict(_OTHER_DOCUMENTS)
    found[_NOTEBOOK] = "codelab.md"
    found |= {f"docs/{path.name}": path.name for path in (checkout / "docs").glob("*.md")}
    for name in _ASSETS:
        for path in (checkout / "docs" / name).iterdir():
            found[f"docs/{name}/{path.name}"] = f"{name}/{path.name}"
    for family in message_reference.FAMILIES.values():
        found |= {f"proto/{name}.proto": f"{_MESSAGES}/{name}.md" for name in family.split()}
    return found


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
