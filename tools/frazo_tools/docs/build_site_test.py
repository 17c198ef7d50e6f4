"""The site does not replace what is no site."""

from pathlib import Path

import pytest
from frazo_tools.docs.build_site import build_site


def test_a_folder_with_other_files_stays(tmp_path):
    other = tmp_path / "thesis.tex"
    other.write_text("years")
    with pytest.raises(FileExistsError, match=r"are no site of this program: name a new or an em"):
        build_site(Path(), tmp_path)
    assert other.read_text() == "years"
