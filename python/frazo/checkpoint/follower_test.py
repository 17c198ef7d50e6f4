import io
import os

import pytest
import tensorflow as tf
from frazo.checkpoint.follower import CheckpointFollower
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.run_status import Finished, mark_finished
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.program.console import Console
from frazo.program.errors import JobError


def save(path, *steps):
    for step in steps:
        CheckpointStore(path, RetentionPolicy(5)).write(
            step, whole_tensors({"global_step": tf.constant(step, tf.int64)})
        )


def follower(path, timeout_seconds=10.0, max_steps=20, out=None, err=None, stop=False):
    console = Console(out or io.StringIO(), err or io.StringIO())
    return CheckpointFollower(path, timeout_seconds, max_steps, console, lambda: stop)


def test_gives_the_newest_and_ends_after_the_last_of_a_finished_training(tmp_path):
    save(tmp_path, 10, 20)
    mark_finished(tmp_path, Finished(20, 20))
    checkpoints = follower(tmp_path)
    assert checkpoints.next(-1).step == 20
    assert checkpoints.next(20) is None


def test_ends_after_the_last_of_a_training_that_stopped_early(tmp_path):
    save(tmp_path, 10)
    mark_finished(tmp_path, Finished(10, 20))
    checkpoints = follower(tmp_path, max_steps=20)
    assert checkpoints.next(-1).step == 10
    assert checkpoints.next(10) is None


def test_says_that_it_waits_for_the_first_and_takes_it_when_it_comes(tmp_path):
    directory = tmp_path / "train"

    class SaveOnceItWaits(io.StringIO):
        def write(self, text):
            if not self.getvalue():
                save(directory, 10)
            return super().write(text)

    out = SaveOnceItWaits()
    assert follower(directory, out=out).next(-1).step == 10
    assert out.getvalue() == f"waiting for the first checkpoint in {directory} (at most 0:10)\n"


def test_gives_up_with_the_cause_and_the_remedy(tmp_path):
    with pytest.raises(JobError) as failure:
        follower(tmp_path, timeout_seconds=0.1).next(20)
    assert str(failure.value).startswith(
        f"{tmp_path}: no checkpoint after step 20 within 0.1 s (eval.checkpoint_timeout_seconds)"
    )
    assert "no word that training has finished 20 steps (train.max_steps)" in str(failure.value)
    assert str(failure.value).endswith("Is the trainer running, with the same --logdir?")


def test_a_damaged_checkpoint_is_passed_over_and_named_once(tmp_path):
    save(tmp_path, 10, 20)
    mark_finished(tmp_path, Finished(20, 20))
    data = tmp_path / "ckpt-00000020.data-00000-of-00001"
    os.truncate(data, 3)
    err = io.StringIO()
    checkpoints = follower(tmp_path, err=err)
    assert checkpoints.next(-1).step == 10
    assert checkpoints.next(10) is None
    assert err.getvalue().count(str(data)) == 1
    assert err.getvalue().endswith("The checkpoint is skipped.\n")


def test_the_mark_of_a_shorter_training_does_not_end_it(tmp_path):
    save(tmp_path, 10)
    mark_finished(tmp_path, Finished(10, 10))

    class GoOnOnceItWaits(io.StringIO):
        def write(self, text):
            save(tmp_path, 20)
            mark_finished(tmp_path, Finished(20, 20))
            return super().write(text)

    out = GoOnOnceItWaits()
    checkpoints = follower(tmp_path, out=out)
    assert checkpoints.next(-1).step == 10
    assert checkpoints.next(10).step == 20
    assert checkpoints.next(20) is None
    assert out.getvalue() == (
        f"waiting for a checkpoint after step 10 in {tmp_path} "
        "(at most 0:10; the training so far ended at step 10 of 20)\n"
    )


def test_a_stop_request_ends_the_waiting(tmp_path):
    save(tmp_path, 10)
    assert follower(tmp_path, stop=True).next(-1) is None
