import signal
from types import SimpleNamespace

import pytest
from frazo.program.errors import JobError
from frazo.proto import learner_pb2, train_loop_pb2
from frazo.train.inner_loop import LoopResult
from frazo.train.outer_loop import OuterLoop


class Script:
    """Stands for model, inner loop, saver, report and stop request; writes down what it is asked
    for.
    """

    def __init__(self, step=0, stop_at=None, nonfinite_at=None):
        self.global_step = step
        self.events = []
        self.signal = None
        self._stop_at = stop_at
        self._nonfinite_at = nonfinite_at
        self.learner = SimpleNamespace(
            message=learner_pb2.Learner(max_nonfinite_steps=3),
            nonfinite_in_a_row=0,
            first_nonfinite="loss",
        )

    def run(self, steps):
        self.global_step += steps
        self.events.append(("steps", steps))
        if self._stop_at is not None and self.global_step >= self._stop_at:
            self.signal = signal.SIGTERM
        if self._nonfinite_at is not None and self.global_step >= self._nonfinite_at:
            self.learner.nonfinite_in_a_row = 3
        return LoopResult({}, {}, {}, 0, 0)

    def __bool__(self):
        return self.signal is not None

    def save(self, step):
        self.events.append(("save", step))

    def report(self, step):
        self.events.append(("report", step))

    def evaluate(self, step):
        self.events.append(("evaluate", step))

    def close(self):
        self.events.append(("close",))

    def settle(self):
        self.events.append(("settle",))

    def begin(self, step): ...
    def add(self, result, steps, step): ...
    def leave_out(self, seconds): ...
    def poll(self): ...


def run(script, **settings):
    loop = OuterLoop(train_loop_pb2.TrainLoop(**settings), script, script, script, script, script)
    return loop.run(lambda: script.events.append(("first",)), script.evaluate)


def test_loops_end_exactly_where_there_is_something_to_do():
    script = Script()
    step = run(script, max_steps=23, save_interval_steps=10, log_interval_steps=8, steps_per_loop=5)
    assert step == 23
    assert script.events == [
        ("steps", 1),
        ("first",),
        ("steps", 5),
        ("steps", 2),
        ("report", 8),
        ("steps", 2),
        ("save", 10),
        ("evaluate", 10),
        ("steps", 5),
        ("steps", 1),
        ("report", 16),
        ("steps", 4),
        ("save", 20),
        ("evaluate", 20),
        ("steps", 3),
        ("report", 23),
        ("save", 23),
        ("evaluate", 23),
        # The saver knows that it has this step already.
        ("save", 23),
        ("close",),
    ]


def test_a_resumed_run_keeps_to_the_multiples_of_the_intervals():
    script = Script(step=17)
    run(script, max_steps=30, save_interval_steps=10, log_interval_steps=100, steps_per_loop=50)
    assert script.events == [
        ("steps", 1),
        ("first",),
        ("steps", 2),
        ("save", 20),
        ("evaluate", 20),
        ("steps", 10),
        ("report", 30),
        ("save", 30),
        ("evaluate", 30),
        ("save", 30),
        ("close",),
    ]


def test_a_stop_ends_the_loop_and_saves_without_evaluating():
    script = Script(stop_at=6)
    step = run(
        script, max_steps=100, save_interval_steps=50, log_interval_steps=50, steps_per_loop=5
    )
    assert step == 6
    assert script.events[-3:] == [("report", 6), ("save", 6), ("close",)]


def test_a_stop_before_the_first_step_saves_nothing():
    script = Script()
    script.signal = signal.SIGTERM
    assert run(script, max_steps=100) == 0
    assert script.events == [("close",)]


def test_too_many_steps_that_are_not_finite_stop_with_the_cause_and_save_nothing():
    script = Script(nonfinite_at=8)
    with pytest.raises(JobError) as failure:
        run(script, max_steps=100, save_interval_steps=8, log_interval_steps=8, steps_per_loop=8)
    # Steps 6, 7 and 8 were bad.
    assert str(failure.value).startswith(
        "train: the loss was not finite (NaN or infinite) at step 6, and none of the 3 steps"
    )
    assert script.events == [("steps", 1), ("first",), ("steps", 7), ("settle",)]


def test_a_gradient_that_is_not_finite_is_named():
    script = Script(nonfinite_at=1)
    script.learner.first_nonfinite = "network/fc/kernel"
    with pytest.raises(JobError, match="the gradient of 'network/fc/kernel' was not finite"):
        run(script, max_steps=100)
