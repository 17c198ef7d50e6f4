import pytest
import tensorflow as tf
from frazo.checkpoint.directory import CheckpointDirectory
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.jobs import follow_job
from frazo.program.errors import JobError


class UnfitModel:
    def restore(self, checkpoint, *other_prefixes):
        raise JobError(f"{checkpoint.prefix}: cannot be read")


def save(directory, step):
    tensors = whole_tensors({"x": tf.constant(1.0)})
    CheckpointStore(directory, RetentionPolicy(1)).write(step, tensors)


def test_a_checkpoint_that_the_trainer_has_removed_is_no_error(tmp_path):
    save(tmp_path, 10)
    checkpoint = CheckpointDirectory(tmp_path).open(10)
    with pytest.raises(JobError, match="ckpt-00000010: cannot be read"):
        follow_job.restored(UnfitModel(), checkpoint)
    # One is kept: that of step 20.
    save(tmp_path, 20)
    assert not follow_job.restored(UnfitModel(), checkpoint)
