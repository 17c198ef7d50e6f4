"""An outside Bazel workspace builds against this one, and its programs run."""

import os
import pathlib
import pwd
import subprocess

import pytest
import tensorflow as tf

TREE = pathlib.Path("WORKSPACE").resolve().parent
OUTSIDE = TREE / "tests" / "outside"


def environment() -> dict[str, str]:
    """The user's, without what the surrounding Bazel sets for its test."""
    home = pwd.getpwuid(os.getuid()).pw_dir
    kept = ("PATH", "XDG_CACHE_HOME", "LANG")
    return {"HOME": home, **{name: os.environ[name] for name in kept if name in os.environ}}


@pytest.fixture(scope="module")
def bazel():
    startup = [str(TREE / "bazelw"), "--max_idle_secs=5"]

    def run(*arguments: str) -> str:
        ran = subprocess.run(
            [*startup, *arguments], cwd=OUTSIDE, env=environment(), capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    yield run
    subprocess.run([*startup, "shutdown"], cwd=OUTSIDE, env=environment(), check=True)


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    """A TFRecord file with three records, as TensorFlow writes it."""
    path = tmp_path_factory.mktemp("records") / "words.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        for word in [b"a", b"longest", b"word"]:
            writer.write(word)
    return path


def test_a_program_and_a_script_of_an_outside_project(bazel, records):
    reversed_records = records.with_suffix(".zst")
    bazel("build", "--noshow_progress", "//...")
    assert (
        bazel("run", "//:reverse_records", "--", str(records), str(reversed_records))
        == "3 records\n"
    )
    assert bazel("run", "//:longest_record", "--", str(reversed_records)) == "longest\n"


def test_a_missing_file_is_named_by_the_program(bazel, tmp_path):
    missing = tmp_path / "missing.tfrecord"
    program = OUTSIDE / "bazel-bin" / "reverse_records"
    ran = subprocess.run([program, missing, tmp_path / "out"], capture_output=True, text=True)
    assert ran.returncode == 1
    assert str(missing) in ran.stderr
    assert not (tmp_path / "out").exists()
