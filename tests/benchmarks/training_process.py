"""Runs a training program and takes its speed from the times at which its log lines arrive."""

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from tests.benchmarks.side_by_side import MeasurementError

# This share of a run is warm-up and not timed.
WARM_UP = 0.25


class TrainingProcess(NamedTuple):
    """A program that logs its steps.

    Attributes:
        command: the program and its arguments.
        environment: added to this process's environment.
        step_line: searched in each line of its output and errors; group 1 is the number of steps
            done.
        first_step_line: searched in each line; it first matches when the first step has been done.
            None: that is when step_line first matches.
        last_step: the step that the run is measured up to. A program that goes on is ended there.
        ends_by_itself: the program's last step is last_step; it is then waited for and must
          succeed.
        timeout_seconds: after this long the program is ended and the measurement has failed.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    step_line: re.Pattern[str]
    last_step: int
    first_step_line: re.Pattern[str] | None = None
    ends_by_itself: bool = True
    timeout_seconds: float = 600


class StepTime(NamedTuple):
    """Steps done and seconds since the start of the process."""

    step: int
    seconds: float


class TrainingRun(NamedTuple):
    """What was seen of a run.

    Attributes:
        seconds_to_first_step: from the start of the process.
        step_times: one for each match of step_line, at least one.
        peak_memory_mb: largest resident set, MiB.
    """

    seconds_to_first_step: float
    step_times: Sequence[StepTime]
    peak_memory_mb: float

    def steps_per_second(self) -> float:
        """From the first line past the warm-up to the last one.

        Raises:
            MeasurementError: they are the same line.
        """
        last = self.step_times[-1]
        first = next(time for time in self.step_times if time.step >= WARM_UP * last.step)
        if first is last:
            raise MeasurementError(
                f"no line about a step between the warm-up ({WARM_UP:.0%}) and step {last.step}: "
                "nothing to time"
            )
        return (last.step - first.step) / (last.seconds - first.seconds)


class _TimedLine(NamedTuple):
    text: str
    # Since the start of the process.
    seconds: float


def watch_training(
    process: TrainingProcess, clock: Callable[[], float] = time.monotonic
) -> TrainingRun:
    """Runs the program to its end, or to last_step.

    Args:
        process: the program.
        clock: gives seconds; asked at the start and when a line has come.

    Raises:
        MeasurementError: it could not be started, failed, took too long, or ended before last_step;
            the message ends with the last lines that it wrote.
    """
    started = clock()
    running = _start(process)
    # Group and process have the same id. The timer's kill also ends _read_lines.
    timer = threading.Timer(process.timeout_seconds, os.killpg, [running.pid, signal.SIGKILL])
    timer.start()
    try:
        lines = _read_lines(process, running, lambda: clock() - started)
        if not process.ends_by_itself:
            os.killpg(running.pid, signal.SIGKILL)
    except BaseException:
        os.killpg(running.pid, signal.SIGKILL)
        raise
    finally:
        # Not Popen.wait(): only wait4 tells the memory.
        _, status, usage = os.wait4(running.pid, 0)
        running.returncode = os.waitstatus_to_exitcode(status)
        in_time = timer.is_alive()
        timer.cancel()
    step_times = [
        StepTime(int(match[1]), line.seconds)
        for line in lines
        if (match := process.step_line.search(line.text))
    ]
    fault = _find_fault(process, step_times, running.returncode, in_time)
    if fault:
        last_lines = [line.text for line in lines[-15:]]
        raise MeasurementError("\n    ".join([f"{process.command[0]} {fault}", *last_lines]))
    return TrainingRun(
        _seconds_to_first_step(process, lines),
        step_times,
        # Linux counts ru_maxrss in KiB.
        peak_memory_mb=usage.ru_maxrss / 1024,
    )


def _start(process: TrainingProcess) -> subprocess.Popen[str]:
    try:
        return subprocess.Popen(
            process.command,
            env=os.environ | dict(process.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Its own process group, so that whatever it starts ends with it.
            start_new_session=True,
        )
    except OSError as error:
        raise MeasurementError(f"{process.command[0]} cannot be started: {error}") from error


def _read_lines(
    process: TrainingProcess, running: subprocess.Popen[str], elapsed: Callable[[], float]
) -> list[_TimedLine]:
    """Reads the program's lines to the end of its output, or to last_step if it goes on
    after it.
    """
    lines = []
    with running.stdout:
        for text in running.stdout:
            lines.append(_TimedLine(text.rstrip(), elapsed()))
            match = process.step_line.search(text)
            if match and int(match[1]) >= process.last_step and not process.ends_by_itself:
                break
    return lines


def _seconds_to_first_step(process: TrainingProcess, lines: Sequence[_TimedLine]) -> float:
    pattern = process.first_step_line or process.step_line
    for line in lines:
        if pattern.search(line.text):
            return line.seconds
    raise MeasurementError(
        f"{process.command[0]} wrote no line like '{pattern.pattern}', which tells its first step"
    )


def _find_fault(
    process: TrainingProcess, step_times: Sequence[StepTime], exit_code: int, in_time: bool
) -> str | None:
    last_step = step_times[-1].step if step_times else 0
    if not in_time:
        return f"was ended after {process.timeout_seconds:g} s, at step {last_step}:"
    if last_step < process.last_step:
        return f"ended at step {last_step} of {process.last_step}, with exit code {exit_code}:"
    if process.ends_by_itself and exit_code != 0:
        return f"ended with exit code {exit_code}:"
    return None
