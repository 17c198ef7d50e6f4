"""Paths, globs and folders."""

import pytest
from frazo_tools.found_files import NoFileError, find_files

ENDINGS = (".wav", ".ogg")


@pytest.fixture(name="folder")
def _folder(tmp_path):
    for name in ("b.WAV", "a.ogg", "c.txt", "[1].wav", "inner/d.wav"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def found(folder, *patterns):
    paths = find_files([str(folder / pattern) for pattern in patterns], ENDINGS)
    return [str(path.relative_to(folder)) for path in paths]


def test_a_folder_has_the_files_with_the_endings(folder):
    assert found(folder, "") == ["[1].wav", "a.ogg", "b.WAV", "inner/d.wav"]


def test_files_come_in_the_order_of_the_patterns(folder):
    assert found(folder, "inner", "?.*") == ["inner/d.wav", "a.ogg", "b.WAV", "c.txt"]


def test_brackets_are_a_glob_only_if_there_is_no_such_file(folder):
    assert found(folder, "[1].wav", "[ac].*") == ["[1].wav", "a.ogg", "c.txt"]


def test_a_pattern_that_names_nothing_is_an_error(folder):
    (folder / "empty").mkdir()
    with pytest.raises(NoFileError, match=r"nothing\* names no file$"):
        found(folder, "nothing*")
    with pytest.raises(NoFileError, match=r"empty names no file ending in \.wav, \.ogg$"):
        found(folder, "empty")
