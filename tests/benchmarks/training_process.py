"""Runs a training program and takes its speed from the times at which its log lines arrive."""

import collections
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tests.benchmarks.side_by_side import MeasurementError

# Of a run, this share is warm-up and not timed.
WARM_UP = 0.25


class TrainingProcess(NamedTuple):
    """A program that logs its steps.

    Attributes:
        command: the program and its arguments.
        environment: added to this process's environment.
        step_line: searched in each line of its output and errors; group 1 is the number of steps
            done.
        last_step: the step that the run is measured up to. A program that goes on is ended there.
        ends_by_itself: the program's last step is last_step; it is then waited for and must succeed.
        timeout_seconds: after this long the program is ended and the measurement has failed.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    step_line: re.Pattern[str]
    last_step: int
    ends_by_itself: bool = True
    timeout_seconds: float = 600


class StepTime(NamedTuple):
    """Steps done and seconds since the start of the process."""

    step: int
    seconds: float


class TrainingRun(NamedTuple):
    """What was seen of a run.

    Attributes:
        step_times: one for each line about a step, at least one.
        peak_memory_mb: largest resident set, MiB.
    """

    step_times: Sequence[StepTime]
    peak_memory_mb: float

    def seconds_to_first_step(self) -> float:
        """From the start of the process to its first line about a step."""
        return self.step_times[0].seconds

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


def watch_training(process: TrainingProcess) -> TrainingRun:
    """Runs the program to its end, or to last_step.

    Raises:
        MeasurementError: it could not be started, failed, took too long, or ended before last_step;
            the message ends with the last lines that it wrote.
    """
    started = time.monotonic()
    running = _start(process)
    # Group and process have the same id. The timer's kill also ends _read_steps.
    timer = threading.Timer(process.timeout_seconds, os.killpg, [running.pid, signal.SIGKILL])
    timer.start()
    output: collections.deque[str] = collections.deque(maxlen=15)
    try:
        step_times = _read_steps(process, running, output, started)
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
    fault = _find_fault(process, step_times, running.returncode, in_time)
    if fault:
        raise MeasurementError("\n    ".join([f"{process.command[0]} {fault}", *output]))
    # Linux counts ru_maxrss in KiB.
    return TrainingRun(step_times, peak_memory_mb=usage.ru_maxrss / 1024)


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


def _read_steps(
    process: TrainingProcess,
    running: subprocess.Popen[str],
    output: collections.deque[str],
    started: float,
) -> list[StepTime]:
    """Reads the program's lines to the end of its output, or to last_step if it goes on after it."""
    step_times = []
    with running.stdout:
        for line in running.stdout:
            output.append(line.rstrip())
            match = process.step_line.search(line)
            if not match:
                continue
            step_times.append(StepTime(int(match[1]), time.monotonic() - started))
            if step_times[-1].step >= process.last_step and not process.ends_by_itself:
                break
    return step_times


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
