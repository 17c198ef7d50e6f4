"""A run of several processes on this machine, for the end-to-end tests of clusters."""

import os
import re
import signal
import time
from collections.abc import Sequence
from pathlib import Path

from tests.jobs.machine import Machine
from tests.jobs.tiny_experiment import TIMEOUT_SECONDS, Ended
from tests.jobs.trainer_process import FRESH, start_trainer

_POLL_SECONDS = 0.05


class Member:
    """A process of the run, whose output goes to files."""

    def __init__(self, log: Path, arguments: list[str], prefix: Sequence[str] = ()):
        """Starts it.

        Args:
          log: The path of its outputs, without .out and .err.
          arguments: Those of the trainer.
          prefix: A command that runs the one behind it, in its own process.
        """
        self._out, self._err = (log.with_name(log.name + kind) for kind in (".out", ".err"))
        with self._out.open("w") as out, self._err.open("w") as err:
            self._process = start_trainer(
                arguments,
                {**os.environ, "TF_NUM_INTRAOP_THREADS": "1"},
                out,
                err,
                [*prefix, *FRESH] if prefix else None,
            )

    @property
    def code(self) -> int | None:
        """The exit code; negative: the number of the signal that killed it. None: it runs."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """Sends a signal, unless it has ended."""
        self._process.send_signal(number)

    def output(self) -> str:
        """Returns what it has written so far."""
        return self._out.read_text() + self._err.read_text()

    def count(self, pattern: str) -> int:
        """Returns how often its output matches so far."""
        return len(re.findall(pattern, self.output(), re.MULTILINE))

    def wait_for(self, pattern: str, times: int = 1) -> None:
        """Waits until its output matches so often."""
        until = time.monotonic() + TIMEOUT_SECONDS
        while self.count(pattern) < times:
            is_over = self._process.poll() is not None or time.monotonic() > until
            if is_over and self.count(pattern) < times:
                raise AssertionError(f"no line matches {pattern!r} in:\n{self.output()}")
            time.sleep(_POLL_SECONDS)

    def end(self) -> Ended:
        """Waits for the end of the process."""
        code = self._process.wait(timeout=TIMEOUT_SECONDS)
        return Ended(code, self._out.read_text(), self._err.read_text())

    def kill(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()


class ClusterRun:
    """A controller, workers and followers. Used as a context manager they are gone afterwards.

    Attributes:
      logdir: The log directory of the run.
      controller: The address of the controller.
    """

    def __init__(
        self,
        folder: Path,
        flags: list[str],
        *,
        workers: int = 2,
        servers: int = 0,
        layout: str = "",
        machine: Machine | None = None,
    ):
        """Starts nothing.

        Args:
          folder: For the log directory, the layout and the outputs of the processes.
          flags: Of every process.
          workers: The number of workers.
          servers: The number of parameter servers; 0: the workers train synchronously.
          layout: More fields of the cluster. Default: the leases have 5 s.
          machine: Where the processes are. Default: this machine.
        """
        self.logdir = folder / "log"
        self._folder = folder
        self._names = ["controller", *(f"worker {index}" for index in range(workers))]
        if servers:
            self._names += [*(f"ps {index}" for index in range(servers)), "trainer"]
        self._machine = machine or Machine()
        # The trainer has no address.
        self.controller, *addresses = self._machine.addresses(self._names[: 1 + workers + servers])
        if "lease_seconds" not in layout:
            layout += " lease_seconds: 5"
        cluster = folder / "cluster.textproto"
        cluster.write_text(
            f'controller: "{self.controller}" workers: {_listed(addresses[:workers])} '
            f"parameter_servers: {_listed(addresses[workers:])} heartbeat_seconds: 0.2 {layout}"
        )
        mode = "async" if servers else "sync"
        self._flags = [
            *flags,
            f"--mode={mode}",
            f"--logdir={self.logdir}",
            f"--cluster={cluster}",
        ]
        self._members: list[Member] = []
        self._starts: dict[str, int] = {}

    def __enter__(self) -> "ClusterRun":
        return self

    def __exit__(self, *_) -> None:
        for member in self._members:
            member.kill()

    def start(self, job: str, *flags: str) -> Member:
        """Starts a process: "controller", "worker 1", "evaler_test"."""
        name, _, index = job.partition(" ")
        self._starts[job] = self._starts.get(job, 0) + 1
        arguments = [*self._flags, f"--job={name}", *flags]
        if index:
            arguments.append(f"--task={index}")
        log = self._folder / f"{job.replace(' ', '')}.{self._starts[job]}"
        member = Member(log, arguments, self._machine.command(job))
        self._members.append(member)
        return member

    def start_all(self) -> list[Member]:
        """Starts the controller, the workers, the parameter servers and their trainer; returns them
        in this order.
        """
        return list(self.start_all_by_name().values())

    def start_all_by_name(self) -> dict[str, Member]:
        """Starts the same; returns them by their names."""
        return {name: self.start(name) for name in self._names}


def assert_ended(members: Sequence[Member], codes: Sequence[int] = ()) -> list[Ended]:
    """Waits for the ends of members.

    Args:
      members: The members.
      codes: The exit codes that they must have. Default: 0 for all.

    Returns:
      How they ended.
    """
    ended = [member.end() for member in members]
    assert [one.code for one in ended] == list(codes or [0] * len(ended)), ended
    return ended


def _listed(texts: list[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"
