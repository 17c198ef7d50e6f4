import pathlib

import frazo
import pytest
from frazo.input import file_lookup
from frazo.input.file_lookup import find_checkpoint


def test_absolute_prefix_is_taken_as_it_is(tmp_path):
    (tmp_path / "mnist.index").touch()
    prefix = str(tmp_path / "mnist")
    assert find_checkpoint(prefix, "tensors.prefix") == prefix


def test_current_directory_comes_before_frazos_tree(tmp_path, monkeypatch):
    here, own = tmp_path / "here", tmp_path / "own"
    for root in (here, own):
        root.mkdir()
        (root / "both.index").touch()
    (own / "shipped.index").touch()
    monkeypatch.chdir(here)
    monkeypatch.setattr(file_lookup, "_OWN_TREE", own)
    assert find_checkpoint("both", "tensors.prefix") == str(here / "both")
    assert find_checkpoint("shipped", "tensors.prefix") == str(own / "shipped")


def test_own_tree_is_the_package():
    assert pathlib.Path(frazo.__file__).parent == file_lookup._OWN_TREE


def test_missing_checkpoint_names_the_field_the_index_and_the_places(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError) as error:
        find_checkpoint("no/such", "tensors.prefix")
    message = str(error.value)
    assert message.startswith("tensors.prefix: there is no file 'no/such.index'; looked for '")
    assert str(tmp_path / "no/such.index") in message
    assert str(file_lookup._OWN_TREE / "no/such.index") in message
