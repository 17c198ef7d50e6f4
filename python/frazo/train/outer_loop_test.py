from types import SimpleNamespace

import pytest
from frazo.program.errors import JobError
from frazo.proto import learner_pb2, train_loop_pb2
from frazo.run.run_state import RunState, Stop
from frazo.train import outer_loop
from frazo.train.inner_loop import InputEnded, LoopResult
from frazo.train.outer_loop import OuterLoop


class StoppableRun(RunState):
    """A run of a single process."""

    stop = None

    def should_stop(self):
        return self.stop

    def training(self):
        pytest.fail("the job enters this, not its loop")

    def latest_checkpoint(self, after):
        pytest.fail("a trainer follows nobody")

    def finished(self):
        pytest.fail("the loop does not ask")

    mark_finished = clear_finished = finished


class FakeSaver:
    """Saves at once. `steps` lists the step of each save."""

    def __init__(self):
        self.steps = []
        self.ended_by = None

    def save(self, step):
        if step not in self.steps[-1:]:
            self.steps.append(step)

    def poll(self): ...

    def close(self):
        self.ended_by = "close"

    def settle(self):
        self.ended_by = "settle"


class FakeReport:
    """Takes reports.

    Attributes:
      steps: The step of each.
      gathers: How often it asked the other workers before.
    """

    def __init__(self):
        self.steps = []
        self.gathers = 0

    def gather(self):
        self.gathers += 1

    def report(self, step):
        self.steps.append(step)

    def begin(self, step): ...
    def add(self, result, steps, step): ...
    def leave_out(self, seconds): ...


class Training:
    """An outer loop on a model that only counts its steps.

    Attributes:
      loops: The number of steps of each inner loop.
      evaluated: The steps of the checkpoints that were scored.
      first: The step at which after_first_step was called.
      after_loop: Called with the number of steps done after each loop.
      feedback: What the loop takes from scores.
    """

    def __init__(self, step=0):
        self.learner = SimpleNamespace(
            message=learner_pb2.Learner(max_nonfinite_steps=3),
            nonfinite_in_a_row=0,
            first_nonfinite="loss",
        )
        self.model = SimpleNamespace(global_step=step, learner=self.learner)
        self.run_state, self.saver, self.report = StoppableRun(), FakeSaver(), FakeReport()
        self.loops, self.evaluated, self.first = [], [], None
        self.after_loop = lambda step: None
        self.feedback = None

    def train(self, **settings):
        """Returns the number of steps done."""
        inner = SimpleNamespace(run=self._run_loop, settle=lambda: None, model=self.model)
        message = train_loop_pb2.TrainLoop(**settings)
        loop = OuterLoop(message, inner, self.saver, self.report, self.run_state)
        return loop.run(self._after_first_step, self._evaluate, self.feedback)

    def _run_loop(self, steps, most_steps):
        assert steps <= most_steps
        self.loops.append(steps)
        self.model.global_step += steps
        self.after_loop(self.model.global_step)
        return LoopResult({}, {}, {}, 0, 0)

    def _after_first_step(self):
        self.first = self.model.global_step

    def _evaluate(self, step):
        assert self.model.global_step == self.saver.steps[-1] == step
        self.evaluated.append(step)


def test_training_saves_and_evaluates_at_its_intervals_and_at_the_end():
    training = Training()
    settings = {"save_interval_steps": 10, "log_interval_steps": 8, "steps_per_loop": 5}
    assert training.train(max_steps=23, **settings) == 23
    assert training.saver.steps == [10, 20, 23]
    assert training.evaluated == [10, 20, 23]
    assert training.report.steps == [8, 16, 23]
    assert training.report.gathers == 3
    assert training.saver.ended_by == "close"


def test_training_saves_when_time_has_passed_and_does_not_evaluate_then(monkeypatch):
    training = Training()
    # Each step takes a second.
    clock = SimpleNamespace(monotonic=lambda: float(training.model.global_step))
    monkeypatch.setattr(outer_loop, "time", clock)
    settings = {"save_interval_steps": 10, "save_interval_seconds": 4, "steps_per_loop": 1}
    training.train(max_steps=16, **settings)
    # Four seconds after the start, after the save of step 4, after that of step 10.
    assert training.saver.steps == [4, 8, 10, 14, 16]
    assert training.evaluated == [10, 16]


def test_no_loop_is_longer_than_steps_per_loop_and_the_first_one_is_a_single_step():
    training = Training()
    settings = {"save_interval_steps": 10, "log_interval_steps": 8, "steps_per_loop": 5}
    training.train(max_steps=23, **settings)
    assert training.first == training.loops[0] == 1
    assert max(training.loops) == 5
    assert sum(training.loops) == 23


def test_no_loop_is_meant_to_last_longer_than_five_seconds(monkeypatch):
    training = Training()
    # The first step takes 3 s, each later one 1 s.
    clock = SimpleNamespace(
        monotonic=lambda: training.model.global_step + 2.0 * min(1, training.model.global_step)
    )
    monkeypatch.setattr(outer_loop, "time", clock)
    training.train(max_steps=13, save_interval_steps=100, steps_per_loop=50)
    # 5 s / 3 s and then 5 s / 1 s, rounded down.
    assert training.loops == [1, 1, 5, 5, 1]


def test_a_step_that_lasts_longer_is_a_loop(monkeypatch):
    training = Training()
    clock = SimpleNamespace(monotonic=lambda: 60.0 * training.model.global_step)
    monkeypatch.setattr(outer_loop, "time", clock)
    training.train(max_steps=3, save_interval_steps=100, steps_per_loop=50)
    assert training.loops == [1, 1, 1]


def test_a_resumed_run_keeps_to_the_multiples_of_the_intervals():
    training = Training(step=17)
    settings = {"save_interval_steps": 10, "log_interval_steps": 100, "steps_per_loop": 50}
    training.train(max_steps=30, **settings)
    assert training.first == 18
    assert training.saver.steps == [20, 30]
    assert training.evaluated == [20, 30]
    assert training.report.steps == [30]


def test_a_stop_ends_the_loop_and_saves_without_evaluating():
    training = Training()

    def stop_at_6(step):
        if step >= 6:
            training.run_state.stop = Stop("SIGTERM", 0)

    training.after_loop = stop_at_6
    settings = {"save_interval_steps": 50, "log_interval_steps": 50, "steps_per_loop": 5}
    assert training.train(max_steps=100, **settings) == 6
    assert training.saver.steps == training.report.steps == [6]
    assert training.report.gathers == 1
    assert training.evaluated == []
    assert training.saver.ended_by == "close"


def test_a_stop_before_the_first_step_saves_nothing():
    training = Training()
    training.run_state.stop = Stop("SIGTERM", 0)
    assert training.train(max_steps=100) == 0
    assert training.loops == training.saver.steps == training.report.steps == []
    assert training.saver.ended_by == "close"


def test_too_many_steps_that_are_not_finite_stop_with_the_cause_and_save_nothing():
    training = Training()

    def three_bad_steps_from_6(step):
        training.learner.nonfinite_in_a_row = 3 if step >= 8 else 0

    training.after_loop = three_bad_steps_from_6
    settings = {"save_interval_steps": 8, "log_interval_steps": 8, "steps_per_loop": 8}
    with pytest.raises(JobError) as failure:
        training.train(max_steps=100, **settings)
    # Steps 6, 7 and 8 were bad.
    assert str(failure.value).startswith(
        "train: the loss was not finite (NaN or infinite) at step 6, and none of the 3 steps"
    )
    assert training.saver.steps == training.report.steps == []


def test_a_gradient_that_is_not_finite_is_named():
    training = Training()
    training.learner.nonfinite_in_a_row = 3
    training.learner.first_nonfinite = "network/fc/kernel"
    with pytest.raises(JobError, match="the gradient of 'network/fc/kernel' was not finite"):
        training.train(max_steps=100)


def test_an_input_that_ends_saves_what_was_learned_and_says_what_to_set():
    training = Training()

    def end_at_8(step):
        # The loop of steps 7 to 11 found batches for 7 and 8 only.
        if step > 8:
            training.model.global_step = 8
            raise InputEnded

    training.after_loop = end_at_8
    settings = {"save_interval_steps": 50, "log_interval_steps": 50, "steps_per_loop": 5}
    with pytest.raises(JobError) as failure:
        training.train(max_steps=100, **settings)
    assert str(failure.value) == (
        "inputs.Train: the input ended at step 8 of 100; everything up to there is saved. Leave out "
        "its epochs (source.files.epochs), so that it has no end, or set train.max_steps to 8."
    )
    assert training.saver.steps == [8]
    # Loops of 1 and 5 steps were gathered.
    assert training.report.steps == [6]
    # The other workers have no end of input here, and ask nobody.
    assert training.report.gathers == 0


def test_an_error_lets_the_save_under_way_end_and_is_the_one_that_is_raised():
    training = Training()

    def fail(step):
        raise JobError("the disk is gone")

    training.after_loop = fail
    with pytest.raises(JobError, match="the disk is gone"):
        training.train(max_steps=100)
    assert training.saver.ended_by == "settle"


class FakeFeedback:
    """Ends the training once `stop_at` is reached. `given` lists the steps of before_checkpoint."""

    variables = ()

    def __init__(self, training, stop_at):
        self._training = training
        self._stop_at = stop_at
        self.given = []

    def before_checkpoint(self, step):
        assert step not in self._training.saver.steps
        self.given.append(step)

    def early_stop(self, step):
        return "no gain" if step >= self._stop_at else None


def test_an_early_stop_saves_and_ends_the_training():
    training = Training()
    training.feedback = FakeFeedback(training, stop_at=15)
    settings = {"save_interval_steps": 10, "log_interval_steps": 100, "steps_per_loop": 5}
    assert training.train(max_steps=23, **settings) == 15
    assert training.saver.steps == [10, 15]
    assert training.report.steps == [15]


def test_a_training_that_has_stopped_early_does_no_further_step():
    training = Training(step=10)
    training.feedback = FakeFeedback(training, stop_at=10)
    assert training.train(max_steps=23) == 10
    assert training.loops == []


def test_scores_come_before_the_snapshots_of_whole_intervals():
    training = Training()
    training.feedback = FakeFeedback(training, stop_at=100)
    training.train(max_steps=25, save_interval_steps=10)
    # That of step 25 is not one: a longer training would have none there.
    assert training.feedback.given == [10, 20]
