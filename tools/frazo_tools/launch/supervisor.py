"""Keeps the processes of a run alive until the run is over, then ends them all."""

import queue
import signal
import time
from collections.abc import Callable, Sequence
from enum import Enum
from types import FrameType
from typing import Any, NamedTuple

from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED, EXIT_INTERRUPTED, EXIT_USAGE
from frazo.proto import coordination_pb2
from frazo_tools.launch.failure import describe_exit
from frazo_tools.launch.restarts import Restarts
from frazo_tools.launch.run_table import Row, headline, rows_of, table_lines
from frazo_tools.launch.run_watch import RunWatch
from frazo_tools.launch.screen import Screen
from frazo_tools.launch.task import Task
from frazo_tools.launch.task_process import TaskProcess

_TICK_SECONDS = 0.25
_DRAW_SECONDS = 0.5
# The controller ends by itself when all others have left.
_CONTROLLER_SECONDS = 5.0
# Followers begin with the training, however long its first step takes.
_FOLLOWERS_SECONDS = 60.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Start = Callable[[Task, Callable[[TaskProcess], None]], TaskProcess]


class Failure(NamedTuple):
    """A task that failed. text: its own words; code: its exit code."""

    task: Task
    code: int
    text: str


class _Phase(Enum):
    """How far the run is."""

    RUNNING = "running"
    # All were asked to save and stop; or the controller has ended, and the others follow.
    STOPPING = "stopping"
    TERMINATED = "SIGTERM was sent"
    KILLED = "SIGKILL was sent"


class Supervisor:
    """Starts the tasks, restarts those that fail, and stops all.

    Followers start after the first step: they have nothing to do before, and would delay it.
    Usage errors and permanent failures are not tried again. What follows the training is restarted
    like the others, and its end ends nothing.
    """

    def __init__(
        self,
        tasks: Sequence[Task],
        start: Start,
        watch: RunWatch,
        screen: Screen,
        restarts: Restarts,
        grace_seconds: float,
    ):
        """Starts nothing.

        Args:
          tasks: What to run; the first is the controller.
          start: Starts a task; its second argument is to be called at the process's end.
          watch: Knows the state of the run.
          screen: For the table and for messages.
          restarts: How often tasks are restarted. Followers have as many restarts of their own.
          grace_seconds: How long processes get to save and end after each request.
        """
        self._tasks = list(tasks)
        self._start_process = start
        self._watch = watch
        self._screen = screen
        self._restarts = restarts
        self._follower_restarts = Restarts(restarts.most)
        self._grace_seconds = grace_seconds
        # A signal handler may put into it while the same thread takes from it.
        self._events: queue.SimpleQueue[TaskProcess | signal.Signals] = queue.SimpleQueue()
        self._processes: dict[Task, TaskProcess] = {}
        self._all_processes: list[TaskProcess] = []
        self._held: list[Task] = []
        self._due: dict[Task, float] = {}
        self._done: dict[Task, int] = {}
        self._phase = _Phase.RUNNING
        self._deadline = 0.0
        self._drawn = 0.0
        self._signals: list[signal.Signals] = []
        self._failures: list[Failure] = []
        self._is_given_up = False
        self._is_controller_told = False

    def run(self) -> int:
        """Runs until all have ended.

        Returns:
          The exit code: 0 if the run finished or was stopped by SIGTERM or a request with
          everything saved, 130 after Ctrl+C, 2 after a usage error, else 1.

        Raises:
          JobError: A process cannot be started.
        """
        previous: dict[int, Any] = {
            number: signal.signal(number, self._receive)
            for number in _SIGNALS
            # `nohup` ignores SIGHUP for the programs that it starts.
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN
        }
        try:
            self._held = [task for task in self._tasks if task.is_follower]
            began = time.monotonic()
            for task in self._tasks:
                if not task.is_follower:
                    self._start(task)
            while self._processes or self._due:
                self._start_followers(time.monotonic() - began)
                self._take_event()
                self._advance()
                self._draw()
            self._draw(is_last=True)
        finally:
            for process in self._all_processes:
                if process.code is None:
                    process.kill()
            for process in self._all_processes:
                process.join()
            for number, handler in previous.items():
                signal.signal(number, handler)
        return self._exit_code()

    def first_failure(self) -> Failure | None:
        """Returns the failure that the others follow from; None if the training had none."""
        training = [failure for failure in self._last_failures() if not failure.task.is_follower]
        stop = self._watch.stop_order()
        # The controller tells which member failed first, whichever process was gone first.
        for failure in training:
            if stop is not None and stop.reason.startswith(f"{failure.task.name} "):
                return failure._replace(text=failure.text or stop.reason)
        return training[0] if training else None

    def follower_failures(self) -> list[Failure]:
        """Returns the last failure of each follower that did not end well."""
        return [failure for failure in self._last_failures() if failure.task.is_follower]

    def _last_failures(self) -> list[Failure]:
        """Returns the last failure of each task that did not end well, in the order of time."""
        last: dict[Task, Failure] = {}
        for failure in self._failures:
            last.pop(failure.task, None)
            last[failure.task] = failure
        return [failure for task, failure in last.items() if self._done.get(task, 0) != 0]

    def _receive(self, number: int, _: FrameType | None) -> None:
        self._events.put(signal.Signals(number))

    def _start(self, task: Task) -> None:
        process = self._start_process(task, self._events.put)
        self._processes[task] = process
        self._all_processes.append(process)

    def _start_followers(self, seconds: float) -> None:
        """Starts those that are held, if it is time; the run began so many seconds ago."""
        if self._held and (seconds > _FOLLOWERS_SECONDS or self._has_begun()):
            for task in self._held:
                self._start(task)
            self._held = []

    def _has_begun(self) -> bool:
        """Returns whether a step is done, or there is none to do."""
        members = self._watch.latest.members if self._watch.latest is not None else []
        return any(member.status.step > 0 for member in members) or 0 in self._done.values()

    def _take_event(self) -> None:
        try:
            event = self._events.get(timeout=_TICK_SECONDS)
        except queue.Empty:
            return
        if isinstance(event, TaskProcess):
            self._ended(event)
        else:
            self._signalled(event)

    def _signalled(self, number: signal.Signals) -> None:
        self._signals.append(number)
        if len(self._signals) > 1:
            self._screen.line(f"launch: {number.name} again: kills all tasks")
            self._enter(_Phase.KILLED)
            return
        self._screen.line(
            f"launch: {number.name}: all tasks save and stop; a second one kills them at once"
        )
        self._stop(f"{number.name} at the launcher")

    def _ended(self, process: TaskProcess) -> None:
        task, code = process.task, process.code or 0
        if self._processes.pop(task, None) is None:
            return
        if self._phase is _Phase.TERMINATED and code == -signal.SIGTERM:
            # It had not come so far that there was anything to save.
            code = 0
        self._done[task] = code
        if code and not (self._phase is _Phase.KILLED and code < 0):
            self._failures.append(Failure(task, code, process.lines.failure()))
        if self._phase is not _Phase.RUNNING:
            return
        if code:
            self._failed(task, code, time.monotonic() - process.began)
        elif task.job == "controller":
            # The run is over; whoever has not heard of it is asked.
            self._enter(_Phase.STOPPING)

    def _failed(self, task: Task, code: int, ran_seconds: float) -> None:
        what = f"{task.name}: {describe_exit(code)}"
        restarts = self._follower_restarts if task.is_follower else self._restarts
        if code == EXIT_USAGE:
            self._give_up(task, f"{what}: its command line or configuration is wrong")
            return
        stop = self._watch.stop_order()
        if stop is not None and stop.failed and not task.is_follower:
            self._give_up(task, f"{what}; the run failed: {stop.reason}")
            return
        if stop is not None or (self._watch.has_finished() and not task.is_follower):
            # It was to end; the exit code will tell that it did so badly.
            self._screen.line(f"launch: {what}")
            return
        wait = restarts.next_wait(task.name, ran_seconds)
        if wait is None:
            self._give_up(task, f"{what}, after {restarts.count} restarts (--max_restarts)")
            return
        self._screen.line(
            f"launch: {what}; starts again in {wait:g} s (restart {restarts.count} of {restarts.most})"
        )
        self._due[task] = time.monotonic() + wait

    def _give_up(self, task: Task, problem: str) -> None:
        if task.is_follower:
            self._screen.line(f"launch: {problem}; the training goes on without it")
            return
        self._is_given_up = True
        self._screen.line(f"launch: {problem}; stops all tasks")
        self._stop(problem)

    def _stop(self, reason: str) -> None:
        """Begins to end all: by the controller if there is one, else by signals."""
        self._due.clear()
        self._held.clear()
        if self._phase is not _Phase.RUNNING:
            return
        is_told = self._has_controller() and self._watch.request_stop(reason)
        self._enter(_Phase.STOPPING if is_told else _Phase.TERMINATED)

    def _has_controller(self) -> bool:
        return any(task.job == "controller" for task in self._processes)

    def _is_controller_alone(self) -> bool:
        is_alone = len(self._processes) == 1 and self._has_controller()
        return is_alone and not self._due and not self._held

    def _enter(self, phase: _Phase) -> None:
        self._phase = phase
        self._due.clear()
        self._held.clear()
        self._deadline = time.monotonic() + self._grace_seconds
        for task, process in self._processes.items():
            if phase is _Phase.KILLED:
                process.kill()
            elif phase is _Phase.TERMINATED and not self._is_needed(task):
                process.send(signal.SIGTERM)
                self._is_controller_told |= task.job == "controller"

    def _is_needed(self, task: Task) -> bool:
        """Returns whether others need a task for their own end."""
        return task.job == "controller" and len(self._processes) > 1

    def _advance(self) -> None:
        now = time.monotonic()
        for task in [task for task, due in self._due.items() if due <= now]:
            del self._due[task]
            self._start(task)
        if self._phase is _Phase.RUNNING and self._is_controller_alone():
            # It may wait for followers that will not come.
            self._enter(_Phase.STOPPING)
        if self._phase in (_Phase.RUNNING, _Phase.KILLED):
            return
        if self._is_controller_alone():
            self._deadline = min(self._deadline, now + _CONTROLLER_SECONDS)
            if self._phase is _Phase.TERMINATED and not self._is_controller_told:
                self._enter(_Phase.TERMINATED)
        if now < self._deadline:
            return
        following = {
            _Phase.STOPPING: _Phase.TERMINATED,
            _Phase.TERMINATED: _Phase.KILLED,
        }
        names = ", ".join(task.name for task in self._processes)
        phase = following[self._phase]
        self._screen.line(f"launch: {names} did not end in time; {phase.value}")
        self._enter(phase)

    def _draw(self, is_last: bool = False) -> None:
        now = time.monotonic()
        if not self._screen.has_table or (now - self._drawn < _DRAW_SECONDS and not is_last):
            return
        self._drawn = now
        status = self._watch.latest or coordination_pb2.RunStatus(state="starting")
        told = {row.task: row for row in rows_of(status)}
        rows = [self._row(task, told.pop(task.name, None)) for task in self._tasks]
        count = self._restarts.count
        top = headline(status) + (f", restarts: {count}" if count else "")
        self._screen.table([top, *table_lines([*rows, *told.values()], self._screen.width)])

    def _row(self, task: Task, told: Row | None) -> Row:
        row = told or Row(task.name, "running")
        if task in self._due:
            seconds = max(self._due[task] - time.monotonic(), 0)
            return row._replace(state=f"restarts in {seconds:.0f} s", heartbeat="")
        if task in self._held:
            return row._replace(state="waits", heartbeat="")
        if task not in self._processes:
            code = self._done.get(task, 0)
            return row._replace(state="ended" if code == 0 else describe_exit(code), heartbeat="")
        return row

    def _exit_code(self) -> int:
        interrupted = signal.SIGINT in self._signals
        failure = self.first_failure()
        if self._is_given_up and failure is not None:
            return EXIT_USAGE if failure.code == EXIT_USAGE else EXIT_FAILED
        if interrupted:
            return EXIT_INTERRUPTED
        is_bad = self._phase is _Phase.KILLED or any(self._done.values())
        return EXIT_FAILED if is_bad else EXIT_FINISHED
