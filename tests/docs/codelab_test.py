"""The notebook runs on an installed Frazo, and prints what it shows."""

import os
import pathlib
import sys

import nbformat
import pytest
from nbclient import NotebookClient
from transcript_form import lines_never_printed

from tests.wheel.installation import Installation

NOTEBOOK = pathlib.Path("docs/codelab.ipynb")
CELL_TIMEOUT_SECONDS = 280


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The notebook, with what it has printed now."""
    installation = Installation(tmp_path_factory.mktemp("installed"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    folder = tmp_path_factory.mktemp("notebook")
    environment = installation.environment()
    # As in an environment that is active.
    programs = [f"{installation.packages}/bin", str(pathlib.Path(sys.executable).parent)]
    environment["PATH"] = os.pathsep.join([*programs, environment["PATH"]])
    # Jupyter, IPython and matplotlib write to the home folder.
    environment["HOME"] = str(tmp_path_factory.mktemp("home"))
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT_SECONDS,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute(env=environment)
    return notebook


def printed(cell) -> list[str]:
    streams = (output.text for output in cell.get("outputs", []) if output.output_type == "stream")
    return "".join(streams).splitlines()


def test_each_cell_prints_what_the_notebook_shows(ran):
    shown = nbformat.read(NOTEBOOK, as_version=4)
    assert any(map(printed, shown.cells))
    for before, now in zip(shown.cells, ran.cells, strict=True):
        missing = lines_never_printed(printed(before), printed(now))
        assert not missing, f"{before.source}\nshows, and does not print:\n{missing}"


def test_there_is_a_picture_of_the_curve(ran):
    outputs = [output for cell in ran.cells for output in cell.get("outputs", [])]
    assert any("image/png" in output.get("data", {}) for output in outputs)
