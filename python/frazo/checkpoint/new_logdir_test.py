"""A new log directory is whole or not there."""

import resource

import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.new_logdir import write_new_logdir
from frazo.checkpoint.restore import read_tensors
from frazo.checkpoint.run_status import Finished, read_finished
from frazo.checkpoint.saved_tensor import whole_tensors

TENSORS = whole_tensors({"w": tf.ones([2, 3]), "global_step": tf.constant(7, tf.int64)})


# TensorFlow's readers take the second name for a pattern.
@pytest.mark.parametrize("name", ["log", "l[o]g*?"])
def test_its_checkpoint_is_found_and_whole(tmp_path, name):
    logdir = tmp_path / "new folder" / name
    manifest = write_new_logdir(
        logdir, 7, TENSORS, piece_bytes=1, finished=Finished(7, 9), clock=lambda: 5.0
    )
    assert sorted(path.name for path in (logdir / "train").iterdir()) == [
        "checkpoint",
        "ckpt-00000007.data-00000-of-00002",
        "ckpt-00000007.data-00001-of-00002",
        "ckpt-00000007.index",
        "ckpt-00000007.manifest",
        "finished",
    ]
    newest = CheckpointDirectory(logdir / "train").newest(pytest.fail)
    assert newest.manifest == manifest
    assert (newest.step, manifest.saved_unix_seconds) == (7, 5.0)
    assert read_tensors(newest, {"w": tf.float32})["w"].numpy().tolist() == [[1, 1, 1]] * 2
    state = tf.train.get_checkpoint_state(logdir / "train")
    assert state.model_checkpoint_path == newest.prefix
    assert read_finished(logdir / "train") == Finished(7, 9)
    assert [path.name for path in logdir.parent.iterdir()] == [name]


@pytest.mark.parametrize("kind", ["folder", "file", "link to nothing"])
def test_what_is_there_is_not_replaced(tmp_path, kind):
    out = tmp_path / "out"
    if kind == "folder":
        out.mkdir()
    elif kind == "file":
        out.write_text("mine")
    else:
        out.symlink_to(tmp_path / "nothing")
    with pytest.raises(FileExistsError, match=r"out: exists already, and nothing is replaced"):
        write_new_logdir(out, 7, TENSORS)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    # The largest file allowed stands for the room left on the disk.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises((OSError, tf.errors.OpError)):
            write_new_logdir(tmp_path / "out", 7, whole_tensors({"w": tf.zeros([2**20])}))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


def test_an_error_of_the_tensors_leaves_nothing_behind(tmp_path):
    def tensors():
        yield from TENSORS
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_new_logdir(tmp_path / "out", 7, tensors(), piece_bytes=1)
    assert list(tmp_path.iterdir()) == []
