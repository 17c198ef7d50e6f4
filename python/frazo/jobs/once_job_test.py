import pytest
import tensorflow as tf
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.jobs.once_job import checkpoint_of_step
from frazo.program.errors import JobError


def save(directory, *steps):
    for step in steps:
        tensors = whole_tensors({"x": tf.constant(1.0)})
        CheckpointStore(directory, RetentionPolicy(5)).write(step, tensors)


def test_the_checkpoint_of_a_step(tmp_path):
    save(tmp_path, 10, 20)
    assert checkpoint_of_step(tmp_path, 10).name == "ckpt-00000010"


def test_a_step_without_a_checkpoint_is_an_error_that_names_the_others(tmp_path):
    with pytest.raises(JobError) as failure:
        checkpoint_of_step(tmp_path / "train", 10)
    assert str(failure.value) == (
        f"{tmp_path}/train: there is no checkpoint of step 10; there is none"
    )
    save(tmp_path, 20, 30)
    with pytest.raises(JobError, match=r"no checkpoint of step 10; there are those of 20, 30$"):
        checkpoint_of_step(tmp_path, 10)


def test_a_damaged_checkpoint_is_an_error(tmp_path):
    save(tmp_path, 10)
    (tmp_path / "ckpt-00000010.data-00000-of-00001").write_bytes(b"x")
    with pytest.raises(JobError, match="ckpt-00000010"):
        checkpoint_of_step(tmp_path, 10)
