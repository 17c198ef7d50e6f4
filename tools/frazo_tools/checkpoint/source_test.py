"""Which checkpoint a path stands for, and what is said of a damaged one."""

import os

import pytest
import tensorflow as tf
from frazo.program.errors import JobError
from frazo_tools.checkpoint.sample import write_checkpoint
from frazo_tools.checkpoint.source import find_newest, open_source


@pytest.fixture
def logdir(tmp_path):
    for step in (10, 20):
        write_checkpoint(tmp_path / "log" / "train", step, {"x": tf.fill([3], float(step))})
    return tmp_path / "log"


@pytest.mark.parametrize(
    ("path", "step"),
    [("", 20), ("train", 20), ("train/ckpt-00000010", 10), ("train/ckpt-00000020", 20)],
)
def test_a_path_stands_for_a_checkpoint(logdir, path, step):
    source = open_source(logdir / path)
    assert source.step == step
    assert source.read("x").numpy().tolist() == [step] * 3
    assert source.logdir == logdir


def test_another_programs_checkpoint_is_given_by_its_prefix(tmp_path):
    prefix = tmp_path / "model.ckpt-7"
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=["x", "global_step"],
        shape_and_slices=["", ""],
        tensors=[tf.ones([2]), tf.constant(7, tf.int64)],
    )
    source = open_source(prefix)
    assert source.step == 7
    assert source.read("x").numpy().tolist() == [1, 1]


def test_its_step_is_0_if_it_has_none(tmp_path):
    tf.raw_ops.SaveV2(
        prefix=str(tmp_path / "data"),
        tensor_names=["x"],
        shape_and_slices=[""],
        tensors=[tf.ones([2])],
    )
    assert open_source(tmp_path / "data").step == 0


def flip_a_bit(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0x10
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("damage", "file", "said"),
    [
        (flip_a_bit, "data-00000-of-00001", "CRC32C"),
        (lambda path: os.truncate(path, 5), "data-00000-of-00001", "5 bytes; 20 were written"),
        (os.remove, "data-00000-of-00001", "No such file"),
        (os.remove, "index", "No such file"),
        (os.remove, "manifest", "the manifest is missing"),
        (flip_a_bit, "manifest", "manifest"),
    ],
)
def test_a_damaged_checkpoint_is_an_error_that_names_the_file(logdir, damage, file, said):
    path = logdir / "train" / f"ckpt-00000020.{file}"
    damage(path)
    for given in (logdir, logdir / "train" / "ckpt-00000020"):
        with pytest.raises(JobError) as failure:
            open_source(given)
        assert str(failure.value).startswith(f"{path}: ") or f"'{path}'" in str(failure.value)
        assert said in str(failure.value)
    # The other one is not touched by it.
    assert open_source(logdir / "train" / "ckpt-00000010").step == 10


def test_a_file_of_a_checkpoint_is_corrected(logdir):
    with pytest.raises(JobError, match=r"is one file of a checkpoint; give .*/ckpt-00000010$"):
        open_source(logdir / "train" / "ckpt-00000010.index")


def test_a_step_that_is_not_there_names_those_that_are(logdir):
    with pytest.raises(JobError, match=r"in its folder are ckpt-00000010, ckpt-00000020$"):
        open_source(logdir / "train" / "ckpt-00000030")


def test_more_checkpoints_than_there_are_is_an_error(logdir):
    assert [source.step for source in find_newest(logdir, 2)] == [10, 20]
    with pytest.raises(
        JobError, match=r"3 checkpoints wanted; there are: ckpt-00000010, ckpt-00000020$"
    ):
        find_newest(logdir, 3)
