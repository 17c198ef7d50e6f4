import pytest
from frazo.checkpoint.manifest import Manifest
from frazo.checkpoint.writer import CheckpointWriter
from frazo.train.saver import Saver


class Console:
    def log(self, line):
        pass


class State:
    """10 bytes in two values, which counts how many were taken."""

    num_bytes = 10

    def __init__(self):
        self.taken = 0

    def snapshot(self):
        for value in range(2):
            self.taken += 1
            yield value


class Store:
    """Remembers for each value how many had been taken when it was written."""

    def __init__(self, state):
        self.state = state
        self.written = []

    def write(self, step, tensors):
        for value in tensors:
            self.written.append((value, self.state.taken))
        return Manifest(step, 0.0, ())


@pytest.mark.parametrize(
    ("free", "written"), [(20, [(0, 2), (1, 2)]), (19, [(0, 1), (1, 2)]), (0, [(0, 1), (1, 2)])]
)
def test_values_are_taken_one_after_the_other_if_memory_is_short(free, written):
    state, saved = State(), []
    store = Store(state)
    saver = Saver(state, CheckpointWriter(store), Console(), saved.append, lambda: free)
    saver.save(7)
    saver.close()
    assert store.written == written
    assert saved == [7]
