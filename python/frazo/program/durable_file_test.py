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
