import io
import os
import signal

import pytest
import tensorflow as tf
from frazo.checkpoint.retention import RetentionPolicy
from frazo.checkpoint.saved_tensor import whole_tensors
from frazo.checkpoint.store import CheckpointStore
from frazo.input.share import WHOLE
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.run.file_run_state import FileRunState
from frazo.run.run_state import RunState, Stop


def run_state(directory):
    return FileRunState(directory, 10.0, 10, Console(io.StringIO(), io.StringIO()))


@pytest.mark.parametrize(
    ("number", "stop"),
    [
        (signal.SIGTERM, Stop("SIGTERM", 0)),
        (signal.SIGINT, Stop("SIGINT", 130)),
        (signal.SIGHUP, Stop("SIGHUP", 0)),
    ],
)
def test_a_signal_is_a_reason_to_stop_and_to_wait_for_nothing(tmp_path, number, stop):
    with run_state(tmp_path) as state:
        assert state.should_stop() is None
        os.kill(os.getpid(), number)
        assert state.should_stop() == stop
        assert state.latest_checkpoint(after=-1) is None


def test_outside_of_the_context_signals_mean_what_they_meant_before(tmp_path):
    before = signal.getsignal(signal.SIGTERM)
    with run_state(tmp_path):
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_those_who_follow_see_checkpoints_and_the_end(tmp_path):
    trainer, evaler = run_state(tmp_path), run_state(tmp_path)
    assert evaler.finished() is None
    tensors = whole_tensors({"x": tf.constant(1.0)})
    CheckpointStore(tmp_path, RetentionPolicy(5)).write(10, tensors)
    assert evaler.latest_checkpoint(after=-1).step == 10
    trainer.mark_finished(10)
    assert evaler.finished() == 10
    assert evaler.latest_checkpoint(after=10) is None
    trainer.clear_finished()
    assert evaler.finished() is None


def test_one_process_trains(tmp_path):
    second = run_state(tmp_path)
    with (
        run_state(tmp_path).training(),
        pytest.raises(JobError, match="another trainer"),
        second.training(),
    ):
        pytest.fail("two trainers")


def test_a_process_that_trains_alone_reads_the_whole_input(tmp_path):
    assert run_state(tmp_path).share == WHOLE


def test_a_run_state_that_forgets_a_method_cannot_be_made():
    class Forgetful(RunState):
        def should_stop(self):
            return None

    with pytest.raises(TypeError, match="clear_finished, finished, latest_checkpoint"):
        Forgetful()
