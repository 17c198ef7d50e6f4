"""An outside Bazel workspace depends on this one: all is analysed, and its C++ program runs."""

import subprocess

import pytest
from frazo._core import RecordReader, RecordWriter
from outside_workspace import FOLDER, OutsideBazel

PROGRAM = FOLDER / "bazel-bin" / "reverse_records"


@pytest.fixture(scope="module", autouse=True)
def built():
    with OutsideBazel() as bazel:
        bazel.run("build", "--noshow_progress", "--nobuild", "//...")
        bazel.run("build", "--noshow_progress", "//:reverse_records")


def test_the_program_reverses_records(tmp_path):
    source, target = tmp_path / "words.tfrecord", tmp_path / "reversed.tfrecord"
    with RecordWriter(source) as writer:
        for word in [b"a", b"longest", b"word"]:
            writer.write(word)
    ran = subprocess.run([PROGRAM, source, target], capture_output=True, text=True)
    assert ran.stdout == "3 records\n", ran.stderr
    assert list(RecordReader(target, compression="zstd")) == [b"word", b"longest", b"a"]


def test_a_missing_file_is_named_by_the_program(tmp_path):
    missing = tmp_path / "missing.tfrecord"
    ran = subprocess.run([PROGRAM, missing, tmp_path / "out"], capture_output=True, text=True)
    assert ran.returncode == 1
    assert str(missing) in ran.stderr
    assert not (tmp_path / "out").exists()
