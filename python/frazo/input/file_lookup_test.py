import pathlib

import frazo
import pytest
from frazo.input import file_lookup
from frazo.input.file_lookup import find_checkpoint, find_file


def test_absolute_path_is_taken_as_it_is(tmp_path):
    file = tmp_path / "digits"
    file.touch()
    assert find_file(str(file), "records.files") == str(file)


def test_current_directory_comes_before_frazos_tree(tmp_path, monkeypatch):
    here, own = tmp_path / "here", tmp_path / "own"
    for root in (here, own):
        root.mkdir()
        (root / "both").touch()
    (own / "shipped").touch()
    monkeypatch.chdir(here)
    monkeypatch.setattr(file_lookup, "_OWN_TREE", own)
    assert find_file("both", "records.files") == str(here / "both")
    assert find_file("shipped", "records.files") == str(own / "shipped")


def test_own_tree_is_the_package():
    assert pathlib.Path(frazo.__file__).parent == file_lookup._OWN_TREE


def test_missing_file_names_the_field_and_the_places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError) as error:
        find_file("no/such", "records.files")
    message = str(error.value)
    assert message.startswith("records.files: there is no file 'no/such'; looked at '")
    assert str(tmp_path / "no/such") in message
    assert str(file_lookup._OWN_TREE / "no/such") in message


def test_checkpoint_is_found_by_its_index(tmp_path):
    (tmp_path / "mnist.index").touch()
    prefix = str(tmp_path / "mnist")
    assert find_checkpoint(prefix, "tensors.prefix") == prefix


def test_missing_checkpoint_names_the_index(tmp_path):
    prefix = str(tmp_path / "mnist")
    with pytest.raises(
        FileNotFoundError, match=rf"tensors\.prefix: there is no file '{prefix}\.index'"
    ):
        find_checkpoint(prefix, "tensors.prefix")
