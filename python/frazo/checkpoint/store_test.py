import dataclasses
import itertools
import os
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.manifest import FileRecord, read_manifest
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore, CheckpointWriteError
from frazo.program.errors import JobError


def tensors(value):
    return whole_tensors(
        {
            "network/conv0/kernel": tf.fill([3, 2], float(value)),
            "global_step": tf.constant(value, tf.int64),
        }
    )


@pytest.fixture
def store(tmp_path):
    return CheckpointStore(tmp_path, RetentionPolicy(3))


def value_of(checkpoint):
    return int(tf.train.load_checkpoint(checkpoint.prefix).get_tensor("global_step"))


def test_what_is_written_is_a_tensorflow_checkpoint(store, tmp_path):
    store.write(205, tensors(205))
    prefix = tf.train.latest_checkpoint(tmp_path)
    assert prefix == str(tmp_path / "ckpt-00000205")
    assert tf.train.list_variables(prefix) == [
        ("global_step", []),
        ("network/conv0/kernel", [3, 2]),
    ]
    reader = tf.train.load_checkpoint(prefix)
    np.testing.assert_array_equal(
        reader.get_tensor("network/conv0/kernel"), np.full([3, 2], 205.0, np.float32)
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "checkpoint",
        "ckpt-00000205.data-00000-of-00001",
        "ckpt-00000205.index",
        "ckpt-00000205.manifest",
    ]


def test_an_empty_directory_has_no_checkpoint(store):
    assert store.open_newest(pytest.fail) is None


def test_old_checkpoints_are_removed_with_all_their_files(store, tmp_path):
    for step in (10, 20, 30, 40):
        store.write(step, tensors(step))
    assert CheckpointDirectory(tmp_path).recorded_steps() == [20, 30, 40]
    assert not list(tmp_path.glob("ckpt-00000010*"))
    listed = tf.train.get_checkpoint_state(tmp_path).all_model_checkpoint_paths
    assert [os.path.basename(path) for path in listed] == [
        "ckpt-00000020",
        "ckpt-00000030",
        "ckpt-00000040",
    ]


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


def truncate(path):
    os.truncate(path, path.stat().st_size * 3 // 4)


def remove(path):
    path.unlink()


def empty(path):
    os.truncate(path, 0)


@pytest.mark.parametrize("damage", [flip_a_bit, truncate, remove, empty])
@pytest.mark.parametrize("file", ["data-00000-of-00001", "index", "manifest"])
def test_a_damaged_checkpoint_is_named_and_the_one_before_is_used(store, tmp_path, damage, file):
    store.write(10, tensors(10))
    store.write(20, tensors(20))
    damaged = tmp_path / f"ckpt-00000020.{file}"
    damage(damaged)
    warnings = []
    checkpoint = store.open_newest(warnings.append)
    assert value_of(checkpoint) == 10
    (warning,) = warnings
    assert warning.startswith(f"{damaged}: ")
    assert "its files are now called ckpt-00000020*.damaged" in warning
    assert tf.train.latest_checkpoint(tmp_path) == checkpoint.prefix
    # From here on it is as if it had never been.
    assert value_of(store.open_newest(pytest.fail)) == 10
    store.write(20, tensors(21))
    assert value_of(store.open_newest(pytest.fail)) == 21


def test_if_all_are_damaged_the_error_names_all_and_nothing_is_touched(store, tmp_path):
    for step in (10, 20):
        store.write(step, tensors(step))
        flip_a_bit(tmp_path / f"ckpt-{step:08d}.data-00000-of-00001")
    before = sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(JobError) as failure:
        store.open_newest(pytest.fail)
    lines = str(failure.value).splitlines()
    assert lines[0] == f"{tmp_path}: every checkpoint is damaged:"
    assert lines[1].startswith(f"  {tmp_path}/ckpt-00000020.data-00000-of-00001: CRC32C ")
    assert lines[2].startswith(f"  {tmp_path}/ckpt-00000010.data-00000-of-00001: CRC32C ")
    assert lines[3] == "Restore a copy of one, or remove all of them to start at step 0."
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.parametrize("content", [b"", b"model_checkpoint_path: 7", b"\xff\xfe"])
def test_a_broken_checkpoint_file_does_no_harm(store, tmp_path, content):
    store.write(10, tensors(10))
    (tmp_path / "checkpoint").write_bytes(content)
    assert value_of(store.open_newest(pytest.fail)) == 10


def listing(directory):
    return sorted(path.name for path in directory.iterdir())


WHOLE = [
    "checkpoint",
    "ckpt-00000010.data-00000-of-00001",
    "ckpt-00000010.index",
    "ckpt-00000010.manifest",
]


def test_leftovers_of_killed_processes_are_removed_and_named(store, tmp_path):
    store.write(20, tensors(20))
    # Killed before the manifest was renamed, and before the second file was.
    (tmp_path / "ckpt-00000020.manifest").rename(tmp_path / "ckpt-00000020.partial")
    (tmp_path / "ckpt-00000020.index").unlink()
    (tmp_path / "ckpt-00000020.frazo-tmp").mkdir()
    (tmp_path / "ckpt-00000020.frazo-tmp" / "ckpt-00000020.index").touch()
    store.write(10, tensors(10))
    (tmp_path / "checkpoint.frazo-tmp").touch()
    (tmp_path / "scores.jsonl").touch()
    warnings = []
    assert value_of(store.open_newest(warnings.append)) == 10
    assert warnings == [
        f"{tmp_path}: removed files of an unfinished save: "
        "ckpt-00000020, checkpoint.frazo-tmp, ckpt-00000020.frazo-tmp"
    ]
    assert listing(tmp_path) == sorted([*WHOLE, "scores.jsonl"])


# What users put into the folder: a checkpoint copied without its manifest, one kept in a folder of
# its own, and temporary files of other programs.
FILES_OF_THE_USER = [
    "backup.tmp/weights",
    "checkpoint.tmp",
    "ckpt-00000003_best/ckpt-00000003.index",
    "ckpt-00000005.data-00000-of-00001",
    "ckpt-00000005.index",
    "ckpt-00000005.manifest.bak",
    "ckpt-00000005/notes",
    "ckpt-00000010.index.bak",
    "ckpt-00000010_best.manifest",
    "ckpt-00000020.tmp/ckpt-00000020.index",
    "ckpt-00000060.partial",
    "notes.tmp",
]


def test_files_of_the_user_stay_through_starts_saves_and_removals(tmp_path):
    store = CheckpointStore(tmp_path, RetentionPolicy(1))
    store.write(10, tensors(10))
    for name in FILES_OF_THE_USER:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    assert value_of(store.open_newest(pytest.fail)) == 10
    store.write(20, tensors(20))
    flip_a_bit(tmp_path / "ckpt-00000020.index")
    store.write(30, tensors(30))
    assert value_of(store.open_newest(pytest.fail)) == 30
    for name in FILES_OF_THE_USER:
        assert (tmp_path / name).read_text() == name


def test_files_of_the_user_stay_when_a_checkpoint_is_set_aside(store, tmp_path):
    store.write(10, tensors(10))
    store.write(20, tensors(20))
    flip_a_bit(tmp_path / "ckpt-00000020.index")
    (tmp_path / "ckpt-00000020.notes").touch()
    (tmp_path / "ckpt-00000020_best").mkdir()
    assert value_of(store.open_newest(lambda _: None)) == 10
    assert listing(tmp_path) == [
        *WHOLE,
        "ckpt-00000020.data-00000-of-00001.damaged",
        "ckpt-00000020.index.damaged",
        "ckpt-00000020.manifest.damaged",
        "ckpt-00000020.notes",
        "ckpt-00000020_best",
    ]


def forge(directory, suffix, name):
    """Writes a manifest of step 10 that lists one file more."""
    manifest = read_manifest(directory, 10)
    forged = dataclasses.replace(manifest, files=(*manifest.files, FileRecord(name, 0, 0)))
    (directory / f"ckpt-00000010{suffix}").write_text(forged.to_text())


@pytest.mark.parametrize("suffix", [".manifest", ".partial"])
@pytest.mark.parametrize("name", ["../thesis", "events", "ckpt-00000030.index"])
def test_a_forged_manifest_cannot_remove_other_files(tmp_path, suffix, name):
    directory = tmp_path / "train"
    store = CheckpointStore(directory, RetentionPolicy(1))
    store.write(10, tensors(10))
    (directory / name).write_text("mine")
    forge(directory, suffix, name)
    if suffix == ".partial":
        (directory / "ckpt-00000010.manifest").unlink()
    store.write(20, tensors(20))
    assert value_of(store.open_newest(lambda _: None)) == 20
    assert (directory / name).read_text() == "mine"


def test_what_the_next_save_will_remove_is_told_before(tmp_path):
    for step in (10, 20, 30):
        CheckpointStore(tmp_path, RetentionPolicy(3)).write(step, tensors(step))
    store = CheckpointStore(tmp_path, RetentionPolicy(1))
    warnings = []
    assert value_of(store.open_newest(warnings.append)) == 30
    assert warnings == [
        f"{tmp_path}: the next save will remove ckpt-00000010, ckpt-00000020. To keep them, end this "
        "training and move them out of the folder, or raise train.keep_checkpoints"
    ]
    assert CheckpointDirectory(tmp_path).recorded_steps() == [10, 20, 30]
    store.write(40, tensors(40))
    assert CheckpointDirectory(tmp_path).recorded_steps() == [40]


def test_a_link_in_place_of_the_temporary_folder_is_not_followed(store, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "ckpt-00000010.index").write_text("mine")
    (tmp_path / "ckpt-00000010.frazo-tmp").symlink_to("elsewhere")
    with pytest.raises(CheckpointWriteError, match="ckpt-00000010: the checkpoint could not be"):
        store.write(10, tensors(10))
    # A start removes the link alone.
    assert store.open_newest(lambda _: None) is None
    store.write(10, tensors(10))
    assert (tmp_path / "elsewhere" / "ckpt-00000010.index").read_text() == "mine"


class Killed(BaseException):
    """Ends a save as a kill would: no clean-up runs."""


def kill_at_call(monkeypatch, number):
    """The calls that change the directory count; call `number` (from 0) is not done. Returns the
    counter.
    """
    calls = itertools.count()

    def counted(function):
        def call(*args, **kwargs):
            if next(calls) >= number:
                raise Killed
            return function(*args, **kwargs)

        return call

    monkeypatch.setattr(os, "replace", counted(os.replace))
    monkeypatch.setattr(os, "fsync", counted(os.fsync))
    monkeypatch.setattr(os, "unlink", counted(os.unlink))
    monkeypatch.setattr(shutil, "rmtree", counted(shutil.rmtree))


@pytest.mark.parametrize("again", [False, True], ids=["new step", "same step again"])
def test_a_kill_at_any_point_of_a_save_leaves_a_valid_checkpoint(tmp_path, again):
    for number in itertools.count():
        directory = tmp_path / str(number)
        store = CheckpointStore(directory, RetentionPolicy(2))
        for step in (10, 20):
            store.write(step, tensors(step))
        step = 20 if again else 30
        with pytest.MonkeyPatch.context() as monkeypatch:
            kill_at_call(monkeypatch, number)
            try:
                store.write(step, tensors(1000))
                killed = False
            except Killed:
                killed = True
        checkpoint = store.open_newest(lambda _: None)
        expected = {1000} if not killed else {10, 20, 1000}
        assert value_of(checkpoint) in expected, f"killed at call {number}"
        # Nothing unrecorded is left, and training can go on.
        store.write(40, tensors(40))
        assert value_of(store.open_newest(pytest.fail)) == 40
        if not killed:
            break
    # Two bundle files, two directories, the manifest and the state: if not, the test looks at
    # nothing.
    assert number >= 8


def test_a_full_disk_leaves_the_old_checkpoint_and_names_file_and_remedy(tmp_path):
    program = textwrap.dedent(
        f"""
        import resource
        from pathlib import Path
        import tensorflow as tf
        from frazo.checkpoint.retention import RetentionPolicy
        from frazo.checkpoint.saved_tensor import whole_tensors
        from frazo.checkpoint.store import CheckpointStore, CheckpointWriteError

        store = CheckpointStore(Path({str(tmp_path)!r}), RetentionPolicy(1))
        store.write(10, whole_tensors({{"global_step": tf.constant(10, tf.int64)}}))
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
        try:
            store.write(20, whole_tensors({{"network/kernel": tf.zeros([1000, 1000])}}))
        except CheckpointWriteError as error:
            print(error)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.startswith(f"{tmp_path}/ckpt-00000020: there is no room"), done.stderr
    assert (
        "; File too large. Earlier checkpoints are valid. Free space or lower train.keep_checkpoints."
        in done.stdout
    )
    assert value_of(CheckpointDirectory(tmp_path).newest(pytest.fail)) == 10
    assert not list(tmp_path.glob("ckpt-00000020*"))
