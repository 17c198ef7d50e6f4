import errno
import os

import pytest
from frazo.program.durable_file import write_text


def test_the_whole_text_replaces_the_old_one(tmp_path):
    path = tmp_path / "params.txt"
    write_text(path, "one\n")
    write_text(path, "two\n")
    assert path.read_text() == "two\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_text_and_names_the_file(tmp_path, monkeypatch):
    path = tmp_path / "params.txt"
    write_text(path, "one\n")

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as failure:
        write_text(path, "two\n")
    assert failure.value.filename == str(path)
    assert path.read_text() == "one\n"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_in_place_of_the_temporary_file_is_not_followed(tmp_path):
    path, victim = tmp_path / "params.txt", tmp_path / "victim"
    victim.write_text("mine\n")
    (tmp_path / "params.txt.frazo-tmp").symlink_to(victim)
    write_text(path, "one\n")
    assert victim.read_text() == "mine\n"
    assert path.read_text() == "one\n"
    assert not path.is_symlink()


def test_a_link_at_the_path_is_replaced(tmp_path):
    path, victim = tmp_path / "params.txt", tmp_path / "victim"
    victim.write_text("mine\n")
    path.symlink_to(victim)
    write_text(path, "one\n")
    assert victim.read_text() == "mine\n"
    assert not path.is_symlink()


def test_a_link_that_appears_before_the_file_is_opened_is_an_error(tmp_path, monkeypatch):
    path, victim = tmp_path / "params.txt", tmp_path / "victim"
    aside = tmp_path / "params.txt.frazo-tmp"
    aside.symlink_to(victim)
    monkeypatch.setattr(type(path), "unlink", lambda self, missing_ok: None)
    with pytest.raises(FileExistsError) as failure:
        write_text(path, "one\n")
    assert failure.value.filename == str(path)
    assert not victim.exists()
