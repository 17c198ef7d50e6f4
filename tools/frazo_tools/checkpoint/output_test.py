"""Errors of the disk are told, and leave nothing behind."""

import resource

import pytest
import tensorflow as tf
from frazo.program.errors import JobError
from frazo_tools.checkpoint.output import write_logdir


def test_a_full_disk_is_told(tmp_path):
    # The largest file allowed stands for the room left on the disk.
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(JobError, match=r"out: cannot be written: .*File too large"):
            write_logdir(tmp_path / "out", 7, [("w", tf.zeros([2**20]))], 4 * 2**20)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []
