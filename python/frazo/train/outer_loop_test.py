import itertools
import signal
from types import SimpleNamespace

import pytest
from frazo.program.errors import JobError
from frazo.proto import learner_pb2, train_loop_pb2
from frazo.train.inner_loop import LoopResult
from frazo.train.outer_loop import OuterLoop


class FakeModel:
    """Counts steps. nonfinite_from: from this step on the gradients are not finite."""

    def __init__(self, step=0, nonfinite_from=None):
        self.global_step = step
        self._nonfinite_from = nonfinite_from
        self.learner = SimpleNamespace(
            message=learner_pb2.Learner(max_nonfinite_steps=3), first_nonfinite="loss"
        )

    def step_by(self, steps):
        self.global_step += steps
        bad = 0 if self._nonfinite_from is None else self.global_step - self._nonfinite_from + 1
        self.learner.nonfinite_in_a_row = max(bad, 0)


class FakeInnerLoop:
    """Trains `model`; ends is the step after each run. stop_at: a signal comes during that step."""

    def __init__(self, model, stop, stop_at=None):
        self.ends = []
        self._model, self._stop, self._stop_at = model, stop, stop_at

    def run(self, steps):
        self._model.step_by(steps)
        self.ends.append(self._model.global_step)
        if self._stop_at is not None and self._model.global_step >= self._stop_at:
            self._stop.append(signal.SIGTERM)
        return LoopResult({}, {}, {}, 0, 0)


class FakeSaver:
    """Like the real one it saves a step once. ended: how it was left."""

    def __init__(self):
        self.saved = []
        self.ended = None

    def save(self, step):
        if step not in self.saved:
            self.saved.append(step)

    def poll(self): ...

    def close(self):
        self.ended = "closed"

    def settle(self):
        self.ended = "settled"


class FakeReport:
    def __init__(self):
        self.reported = []

    def report(self, step):
        self.reported.append(step)

    def begin(self, step): ...
    def add(self, result, steps, step): ...
    def leave_out(self, seconds): ...


class Training:
    """An outer loop among fakes. first_at: the step at which after_first_step was called; evaluated:
    the steps of at_checkpoint."""

    def __init__(self, model=None, *, stop=(), stop_at=None):
        self.model = model or FakeModel()
        # Empty, as a StopRequest that nobody has made it is false.
        self.stop = list(stop)
        self.inner = FakeInnerLoop(self.model, self.stop, stop_at)
        self.saver, self.report = FakeSaver(), FakeReport()
        self.first_at, self.evaluated = None, []

    def run(self, **settings):
        message = train_loop_pb2.TrainLoop(**settings)
        loop = OuterLoop(message, self.model, self.inner, self.saver, self.report, self.stop)

        def after_first_step():
            self.first_at = self.model.global_step

        def at_checkpoint(step):
            # The weights are those of the step, and what it has was saved before.
            assert (self.model.global_step, self.saver.saved[-1]) == (step, step)
            self.evaluated.append(step)

        return loop.run(after_first_step, at_checkpoint)


def test_runs_end_exactly_where_there_is_something_to_do():
    training = Training()
    step = training.run(
        max_steps=23, save_interval_steps=10, log_interval_steps=8, steps_per_loop=5
    )
    assert step == 23
    assert training.first_at == 1
    assert training.report.reported == [8, 16, 23]
    assert training.saver.saved == training.evaluated == [10, 20, 23]
    assert {1, 8, 10, 16, 20, 23} <= set(training.inner.ends)
    ends = [0, *training.inner.ends]
    assert all(end - begin <= 5 for begin, end in itertools.pairwise(ends))
    assert training.saver.ended == "closed"


def test_a_resumed_run_keeps_to_the_multiples_of_the_intervals():
    training = Training(FakeModel(step=17))
    training.run(max_steps=30, save_interval_steps=10, log_interval_steps=100, steps_per_loop=50)
    assert training.first_at == 18
    assert training.saver.saved == training.evaluated == [20, 30]
    assert training.report.reported == [30]


def test_a_stop_ends_the_loop_and_saves_without_evaluating():
    training = Training(stop_at=6)
    step = training.run(
        max_steps=100, save_interval_steps=50, log_interval_steps=50, steps_per_loop=5
    )
    assert step == 6
    assert training.report.reported == training.saver.saved == [6]
    assert training.evaluated == []
    assert training.saver.ended == "closed"


def test_a_stop_before_the_first_step_saves_nothing():
    training = Training(stop=[signal.SIGTERM])
    assert training.run(max_steps=100) == 0
    assert training.inner.ends == training.saver.saved == []
    assert training.saver.ended == "closed"


def test_too_many_steps_that_are_not_finite_stop_with_the_cause_and_save_nothing():
    training = Training(FakeModel(nonfinite_from=6))
    with pytest.raises(JobError) as failure:
        training.run(max_steps=100, save_interval_steps=8, log_interval_steps=8, steps_per_loop=8)
    # Steps 6, 7 and 8 were bad.
    assert str(failure.value).startswith(
        "train: the loss was not finite (NaN or infinite) at step 6, and none of the 3 steps"
    )
    assert training.saver.saved == training.evaluated == []
    assert training.saver.ended == "settled"


def test_a_gradient_that_is_not_finite_is_named():
    model = FakeModel(nonfinite_from=1)
    model.learner.first_nonfinite = "network/fc/kernel"
    with pytest.raises(JobError, match="the gradient of 'network/fc/kernel' was not finite"):
        Training(model).run(max_steps=100, log_interval_steps=100, save_interval_steps=100)
