import os
from pathlib import Path

import pytest
from frazo.program.errors import JobError
from frazo.program.exclusive_lock import exclusive_lock


def test_a_second_writer_is_refused_until_the_first_has_gone(tmp_path):
    directory = tmp_path / "train"
    with exclusive_lock(directory):
        with pytest.raises(JobError) as failure, exclusive_lock(directory):
            pytest.fail("two writers")
        assert f"another trainer (process {os.getpid()}) is writing to {directory}" in str(
            failure.value
        )
    with exclusive_lock(directory):
        pass


def test_the_number_of_the_last_holder_is_replaced(tmp_path):
    # Earlier versions wrote the number and a line end alone.
    (tmp_path / "lock").write_text("123456789012\n")
    with exclusive_lock(tmp_path):
        assert (tmp_path / "lock").read_text().split() == [str(os.getpid())]
    with exclusive_lock(tmp_path):
        pass


def link_to_a_file(lock):
    lock.with_name("victim").write_text("123\n")
    lock.symlink_to("victim")


def link_to_nothing(lock):
    lock.symlink_to("victim")


def text_of_the_user(lock):
    lock.write_text("12 monkeys\n")


def long_number(lock):
    lock.write_text("1" * 21)


@pytest.mark.parametrize(
    "make", [link_to_a_file, link_to_nothing, text_of_the_user, long_number, Path.mkdir, os.mkfifo]
)
def test_what_is_no_lock_is_left_as_it_is(tmp_path, make):
    lock = tmp_path / "lock"
    make(lock)
    before = state_of(tmp_path)
    with (
        pytest.raises(JobError, match=f"^{lock}: is not the lock of a trainer, and is left as it"),
        exclusive_lock(tmp_path),
    ):
        pytest.fail("held")
    assert state_of(tmp_path) == before


def state_of(directory):
    return {
        path.name: path.read_text() if path.is_file() else path.lstat().st_mode
        for path in directory.iterdir()
    }
