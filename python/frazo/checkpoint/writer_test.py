import threading

import pytest
from frazo.checkpoint.manifest import Manifest
from frazo.checkpoint.store import CheckpointWriteError
from frazo.checkpoint.writer import CheckpointWriter


class ScriptedStore:
    """Each write waits until it is let go, and then gives what `outcomes` says."""

    def __init__(self, outcomes):
        self.outcomes = dict(outcomes)
        self.let_go = threading.Event()
        self.begun = []

    def write(self, step, tensors):
        self.begun.append(step)
        self.let_go.wait()
        outcome = self.outcomes[step]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


MANIFEST_10, MANIFEST_20 = Manifest(10, 0.0, ()), Manifest(20, 0.0, ())


def test_save_returns_while_the_file_is_being_written():
    store = ScriptedStore({10: MANIFEST_10})
    writer = CheckpointWriter(store)
    writer.save(10, [])
    assert writer.finished() == []
    store.let_go.set()
    (save,) = writer.close()
    assert (save.step, save.manifest, save.error) == (10, MANIFEST_10, None)
    assert writer.close() == []


def test_the_second_save_waits_for_the_first():
    store = ScriptedStore({10: MANIFEST_10, 20: MANIFEST_20})
    writer = CheckpointWriter(store)
    writer.save(10, [])
    second = threading.Thread(target=writer.save, args=(20, []))
    second.start()
    second.join(0.2)
    assert second.is_alive()
    assert store.begun == [10]
    store.let_go.set()
    second.join()
    assert [save.step for save in writer.close()] == [10, 20]


def test_a_failed_write_is_told_and_the_next_one_is_tried():
    failure = CheckpointWriteError("full")
    store = ScriptedStore({10: failure, 20: MANIFEST_20})
    store.let_go.set()
    writer = CheckpointWriter(store)
    writer.save(10, [])
    writer.save(20, [])
    first, second = writer.close()
    assert (first.manifest, first.error) == (None, failure)
    assert (second.manifest, second.error) == (MANIFEST_20, None)


def test_a_fault_that_is_no_write_error_is_raised():
    store = ScriptedStore({10: KeyError("fault")})
    store.let_go.set()
    writer = CheckpointWriter(store)
    writer.save(10, [])
    with pytest.raises(KeyError, match="fault"):
        writer.close()


def test_no_thread_is_left_after_close():
    store = ScriptedStore({10: MANIFEST_10})
    store.let_go.set()
    writer = CheckpointWriter(store)
    writer.save(10, [])
    writer.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("save-")]
