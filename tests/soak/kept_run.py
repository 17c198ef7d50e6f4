"""A run of several processes that are started again whenever they end before the run does."""

import collections
import signal
import time
from pathlib import Path

from frazo.cluster.run_record import RunRecord

from tests.jobs.cluster_run import ClusterRun, Member
from tests.soak.forwarder import Forwarder
from tests.soak.soak_error import SoakError

CONTROLLER = "controller"
EVALER = "evaler_test"

_POLL_SECONDS = 0.05
# The others end by themselves when the controller has told the end of the run.
_END_SECONDS = 120.0
# A program that says this has met something that it did not expect.
_UNEXPECTED = ("Traceback (most recent call last)", "Fatal Python error", "Check failed")


class KeptRun:
    """A controller, workers and an evaler. Used as a context manager they are gone afterwards.

    Each member but the controller reaches the controller by a forwarder of its own.

    Attributes:
      logdir: The log directory of the run.
      members: The names of all.
      restarts: How often each was started again.
      own_ends: What became of those that ended badly without having been killed.
    """

    def __init__(self, folder: Path, flags: list[str], workers: int, layout: str):
        """Starts nothing.

        Args:
          folder: For the log directory and the outputs of the processes.
          flags: Of every process.
          workers: The number of workers.
          layout: More fields of the cluster.
        """
        self._run = ClusterRun(
            folder,
            flags,
            workers=workers,
            layout=f'followers: "{EVALER}" {layout}',
        )
        self._folder = folder
        self.logdir = self._run.logdir
        self.members = [CONTROLLER, *(f"worker {index}" for index in range(workers)), EVALER]
        self.restarts: collections.Counter[str] = collections.Counter()
        self.own_ends: list[str] = []
        self._forwarders = {
            name: Forwarder(self._run.controller) for name in self.members if name != CONTROLLER
        }
        self._processes: dict[str, Member] = {}
        self._record = RunRecord(self.logdir)

    def __enter__(self) -> "KeptRun":
        for name in self.members:
            self._start(name)
        return self

    def __exit__(self, *_: object) -> None:
        self._run.__exit__()
        for forwarder in self._forwarders.values():
            forwarder.close()

    def process(self, name: str) -> Member:
        """Returns the newest process of a member."""
        return self._processes[name]

    def forwarder(self, name: str) -> Forwarder:
        """Returns what is between a member and the controller."""
        return self._forwarders[name]

    def step(self) -> int:
        """Returns the step of the newest checkpoint that the controller knows."""
        return self._record.read().progress.checkpoint_step

    def generation(self) -> int:
        """Returns the number of the newest generation."""
        return self._record.read().generation

    def is_over(self) -> bool:
        """Starts again who has ended, and waits a moment.

        Returns:
          Whether the controller has told the end of the run.

        Raises:
          SoakError: The run failed.
        """
        time.sleep(_POLL_SECONDS)
        for name, process in self._processes.items():
            if process.code is None:
                continue
            if name == CONTROLLER and process.code >= 0:
                if process.code:
                    raise self.error(f"the controller ended with {process.code}")
                return True
            if process.code:
                if process.code != -signal.SIGKILL:
                    last = process.output().rstrip().rpartition("\n")[2]
                    self.own_ends.append(f"{name} ended with {process.code}: {last}")
                self.restarts[name] += 1
                self._start(name)
        return False

    def end(self) -> None:
        """Waits for the ends of all.

        Raises:
          SoakError: Somebody does not end, or ends badly, or wrote of an error.
        """
        until = time.monotonic() + _END_SECONDS
        while any(process.code is None for process in self._processes.values()):
            if time.monotonic() > until:
                raise self.error(f"the run is over, but these did not end: {self._states()}")
            time.sleep(_POLL_SECONDS)
        if any(process.code for process in self._processes.values()):
            raise self.error(f"the run is over, but some ended badly: {self._states()}")
        for path in sorted(self._folder.glob("*.err")) + sorted(self._folder.glob("*.out")):
            text = path.read_text()
            if any(what in text for what in _UNEXPECTED):
                raise self.error(f"{path} has an unexpected error:\n{text}")

    def error(self, problem: str) -> SoakError:
        """Returns an error with the last lines of all."""
        tails = "".join(
            f"\n--- {name}:\n" + "\n".join(process.output().splitlines()[-8:])
            for name, process in self._processes.items()
        )
        return SoakError(f"{self._folder}: {problem}{tails}")

    def _start(self, name: str) -> None:
        way = self._forwarders.get(name)
        flags = [f"--cluster_set=controller={way.address}"] if way is not None else []
        self._processes[name] = self._run.start(name, *flags)

    def _states(self) -> str:
        return ", ".join(
            f"{name} {'runs' if process.code is None else f'ended with {process.code}'}"
            for name, process in self._processes.items()
        )
