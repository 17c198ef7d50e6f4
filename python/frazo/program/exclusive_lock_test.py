import os

import pytest
from frazo.program.errors import JobError
from frazo.program.exclusive_lock import exclusive_lock


def test_a_second_writer_is_refused_until_the_first_has_gone(tmp_path):
    directory = tmp_path / "train"
    with exclusive_lock(directory):
        with pytest.raises(JobError) as failure, exclusive_lock(directory):
            pytest.fail("two writers")
        assert f"another trainer (process {os.getpid()}) is writing to {directory}" in str(
            failure.value
        )
    with exclusive_lock(directory):
        pass
