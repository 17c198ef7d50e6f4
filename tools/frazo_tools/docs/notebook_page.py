"""A notebook as a page: its texts, its code, and what its cells printed."""

from collections.abc import Iterator

import nbformat


def page(notebook: str) -> str:
    """Returns the page of a notebook.

    Args:
      notebook: The text of the .ipynb file.
    """
    cells = nbformat.reads(notebook, as_version=4).cells
    return "\n\n".join(part for cell in cells for part in _parts(cell)) + "\n"


def _parts(cell: nbformat.NotebookNode) -> Iterator[str]:
    if cell.cell_type == "markdown":
        yield cell.source
        return
    # A line that begins with "!" is for the shell.
    is_command = cell.source.startswith("!")
    yield _fenced(cell.source.removeprefix("!"), "sh" if is_command else "python")
    printed = "".join(output.text for output in cell.outputs if output.output_type == "stream")
    if printed:
        yield _fenced(printed, "text")


def _fenced(text: str, language: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"
