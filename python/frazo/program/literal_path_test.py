import os

import pytest
import tensorflow as tf
from frazo.program.literal_path import is_pattern, literal_prefix

FOLDERS = ["plain", "sweep[lr=0.1]", "a*b", "what?", "back\\slash", "[", "{a,b}"]


def write(folder):
    folder.mkdir(parents=True)
    tf.raw_ops.SaveV2(
        prefix=f"{folder}/ckpt-00000001",
        tensor_names=["a"],
        shape_and_slices=[""],
        tensors=[tf.constant(7)],
    )
    return f"{folder}/ckpt-00000001"


@pytest.mark.parametrize("name", FOLDERS)
def test_tensorflow_reads_a_checkpoint_in_a_folder_of_any_name(tmp_path, name):
    prefix = write(tmp_path / name / "train")
    open_before = len(os.listdir("/proc/self/fd"))
    with literal_prefix(prefix) as readable:
        assert tf.train.load_checkpoint(readable).get_tensor("a") == 7
        (value,) = tf.raw_ops.RestoreV2(
            prefix=readable, tensor_names=["a"], shape_and_slices=[""], dtypes=[tf.int32]
        )
        assert value == 7
    assert len(os.listdir("/proc/self/fd")) <= open_before


@pytest.mark.parametrize("name", FOLDERS)
def test_is_pattern_says_what_tensorflow_cannot_read(tmp_path, name):
    prefix = write(tmp_path / name)
    try:
        found = tf.train.load_checkpoint(prefix).get_tensor("a") == 7
    except tf.errors.OpError:
        found = False
    # TensorFlow finds a*b and what? because the pattern matches the name itself.
    assert found or is_pattern(prefix)
    assert is_pattern(prefix) == (name not in ("plain", "{a,b}"))


def test_a_path_that_is_no_pattern_stays(tmp_path):
    with literal_prefix("train/ckpt-00000001") as readable:
        assert readable == "train/ckpt-00000001"
    with literal_prefix("ckpt-00000001") as readable:
        assert readable == "ckpt-00000001"


def test_a_folder_that_is_missing_is_named(tmp_path):
    with pytest.raises(FileNotFoundError) as failure, literal_prefix(f"{tmp_path}/[a]/ckpt"):
        pytest.fail("opened")
    assert failure.value.filename == f"{tmp_path}/[a]"
