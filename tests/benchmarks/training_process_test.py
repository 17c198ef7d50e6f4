"""watch_training with small programs instead of training jobs."""

import re
import sys
from collections.abc import Callable

import pytest

from tests.benchmarks.side_by_side import MeasurementError
from tests.benchmarks.training_process import (
    StepTime,
    TrainingProcess,
    TrainingRun,
    watch_training,
)


def program(source: str, **attributes) -> TrainingProcess:
    defaults = {"environment": {}, "step_line": re.compile(r"step: *(\d+)"), "last_step": 8}
    return TrainingProcess([sys.executable, "-uc", source], **(defaults | attributes))


def lines_at(*seconds: float) -> Callable[[], float]:
    """A clock: the program starts at 10 s, and its lines come at `seconds`."""
    readings = iter([10, *seconds])
    return lambda: next(readings)


def test_the_rate_is_taken_from_the_lines_after_the_warm_up():
    # A quarter of 8 is 2: from step 2 at 11 s to step 8 at 14 s.
    times = [StepTime(1, 10), StepTime(2, 11), StepTime(5, 12), StepTime(8, 14)]

    assert TrainingRun(10, times, peak_memory_mb=0).steps_per_second() == 2.0


def test_one_line_has_no_rate():
    run = TrainingRun(10, [StepTime(8, 10)], peak_memory_mb=0)

    with pytest.raises(MeasurementError, match=r"between the warm-up \(25%\) and step 8: nothing"):
        run.steps_per_second()


def test_a_program_is_timed_from_its_start_to_its_end():
    source = "for step in range(1, 9): print('step: %4d, loss: 2' % step)"
    run = watch_training(program(source), lines_at(*range(15, 23)))

    assert run.seconds_to_first_step == 5
    # A quarter of 8 is 2: from step 2 at 16 s to step 8 at 22 s.
    assert run.steps_per_second() == 1
    # An interpreter takes about 10 MB.
    assert 3 < run.peak_memory_mb < 100


def test_the_first_step_may_have_a_line_of_its_own():
    source = "print('first step done'); print('step: 2'); print('step: 8')"
    process = program(source, first_step_line=re.compile("first step done"))

    run = watch_training(process, lines_at(13, 14, 19))

    assert run.seconds_to_first_step == 3
    assert run.step_times == [StepTime(2, 4), StepTime(8, 9)]


def test_lines_on_the_error_stream_count_too():
    source = "import sys\nfor s in range(9): print('step:', s, file=sys.stderr)"

    assert watch_training(program(source), lines_at(*range(9))).steps_per_second() == 1


def test_a_program_that_goes_on_is_ended_at_the_last_step():
    source = "import itertools\nfor s in itertools.count(): print('step:', s)"

    run = watch_training(program(source, ends_by_itself=False))

    assert [time.step for time in run.step_times] == list(range(9))


def test_the_environment_is_added_to_ours(monkeypatch):
    monkeypatch.setenv("KEPT", "a")
    source = "import os\nif os.environ['KEPT'] + os.environ['ADDED'] == 'ab': print('step: 8')"

    run = watch_training(program(source, environment={"ADDED": "b"}))

    assert [time.step for time in run.step_times] == [8]


@pytest.mark.parametrize(
    ("source", "attributes", "message"),
    [
        (
            "print('step: 3'); print('no room left'); raise SystemExit(4)",
            {},
            r"ended at step 3 of 8, with exit code 4:\n    step: 3\n    no room left$",
        ),
        (
            "print('step: 3'); print('step: 8'); raise SystemExit(5)",
            {},
            r"ended with exit code 5:\n    step: 3\n    step: 8$",
        ),
        ("print('hello')", {"ends_by_itself": False}, r"ended at step 0 of 8, with exit code 0:"),
        (
            "import time\nprint('step: 3')\ntime.sleep(10_000)",
            {"timeout_seconds": 0.5},
            r"was ended after 0.5 s, at step [03]:",
        ),
        (
            "print('step: 3'); print('step: 8')",
            {"first_step_line": re.compile("first step done")},
            r"wrote no line like 'first step done', which tells its first step",
        ),
    ],
    ids=["ends early", "fails at the end", "never steps", "hangs", "silent about the first step"],
)
def test_a_run_that_cannot_be_measured_says_why(source, attributes, message):
    with pytest.raises(MeasurementError, match=message):
        watch_training(program(source, **attributes))


def test_a_program_that_is_not_there_is_named():
    process = program("")._replace(command=["/nowhere/python"])

    with pytest.raises(
        MeasurementError, match=r"/nowhere/python cannot be started: .*No such file"
    ):
        watch_training(process)
