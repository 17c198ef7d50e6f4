"""Random faults of the members of a run."""

import collections
import random
import signal
import time
from typing import NamedTuple

from tests.jobs.cluster_run import Member
from tests.soak.kept_run import CONTROLLER, EVALER, KeptRun

# How often each kind of fault is drawn, and by what kinds of members it is suffered.
_KINDS = {
    ("kill", "worker"): 4,
    ("kill", CONTROLLER): 2,
    ("kill", EVALER): 1,
    ("freeze", "worker"): 3,
    ("freeze", CONTROLLER): 1,
    ("freeze", EVALER): 1,
    ("cut off", "worker"): 3,
    ("cut off", EVALER): 1,
}
# So often the next fault comes while the run still suffers from the last one.
_OVERLAPPING = 0.3
# Else training first gets on by so many checkpoints at most.
_MOST_CHECKPOINTS = 3
# A run that has got no further for so long hangs.
_HANG_SECONDS = 240.0


class Fault(NamedTuple):
    """A fault.

    Attributes:
      kind: "kill", "freeze" or "cut off" (from the controller).
      member: Who suffers it.
      seconds: How long it lasts. A kill lasts for no time.
      is_overlapping: Whether it does not wait until the run has got over the fault before.
      wait: Checkpoints that come first; seconds if it is overlapping.
    """

    kind: str
    member: str
    seconds: float
    is_overlapping: bool
    wait: float

    def __str__(self) -> str:
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        return f"{self.kind} {self.member}{lasting}"


class _End(NamedTuple):
    """When a fault ends, and of which process."""

    due: float
    fault: Fault
    process: Member


def draw_faults(count: int, workers: int, lease: float, draw: random.Random) -> list[Fault]:
    """Draws faults.

    Args:
      count: How many.
      workers: The number of workers.
      lease: The cluster's lease_seconds: a half of the faults that last lasts longer.
      draw: Decides.
    """
    faults = []
    for _ in range(count):
        kind, job = draw.choices(list(_KINDS), list(_KINDS.values()))[0]
        member = f"worker {draw.randrange(workers)}" if job == "worker" else job
        span = (0.1, 0.8) if draw.random() < 0.5 else (1.2, 2.5)
        seconds = 0.0 if kind == "kill" else draw.uniform(*span) * lease
        is_overlapping = draw.random() < _OVERLAPPING
        wait = draw.uniform(0, 3 * lease) if is_overlapping else draw.randint(1, _MOST_CHECKPOINTS)
        faults.append(Fault(kind, member, seconds, is_overlapping, wait))
    return faults


class FaultyRun:
    """Lets a run suffer faults.

    Attributes:
      counts: How often each kind has happened to each kind of member.
    """

    def __init__(self, run: KeptRun, steps_per_fault: int = 0):
        """Does nothing yet.

        Args:
          run: The run.
          steps_per_fault: Nobody waits for a run that is ahead of this, so that all faults happen
            before its end.
        """
        self._run = run
        self._steps_per_fault = steps_per_fault
        self.counts: collections.Counter[str] = collections.Counter()
        self._ends: list[_End] = []

    def suffer(self, fault: Fault) -> None:
        """Waits for the moment of a fault, and begins it.

        Raises:
          SoakError: The run has failed, hangs, or is over before.
        """
        if fault.is_overlapping:
            self._wait_seconds(fault.wait)
        else:
            while any(end.fault.member != EVALER for end in self._ends):
                self._tend()
            for _ in range(int(fault.wait)):
                self._wait_for_checkpoint()
        self._begin(fault)

    def finish(self) -> None:
        """Waits for the end of the run. Raises SoakError if it fails or hangs."""
        while self._ends:
            self._tend()
        step, until = self._run.step(), time.monotonic() + _HANG_SECONDS
        while not self._run.is_over():
            if self._run.step() != step:
                step, until = self._run.step(), time.monotonic() + _HANG_SECONDS
            elif time.monotonic() > until:
                raise self._run.error(f"it hangs at step {step}")
        self._run.end()

    def _wait_for_checkpoint(self) -> None:
        step, until = self._run.step(), time.monotonic() + _HANG_SECONDS
        while self._run.step() <= step and not self._is_ahead():
            self._tend()
            if time.monotonic() > until:
                raise self._run.error(f"it hangs at step {step}")

    def _wait_seconds(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._is_ahead():
            self._tend()

    def _is_ahead(self) -> bool:
        return self._run.step() > (self.counts.total() + 1) * self._steps_per_fault

    def _tend(self) -> None:
        if self._run.is_over():
            raise self._run.error("it was over before all faults had happened")
        now = time.monotonic()
        for end in [end for end in self._ends if end.due <= now]:
            self._ends.remove(end)
            self._end(end)

    def _begin(self, fault: Fault) -> None:
        run = self._run
        self.counts[f"{fault.kind} {fault.member.partition(' ')[0]}"] += 1
        process = run.process(fault.member)
        if fault.kind == "kill":
            process.send(signal.SIGKILL)
            return
        if fault.kind == "freeze":
            process.send(signal.SIGSTOP)
        else:
            run.forwarder(fault.member).cut()
        self._ends.append(_End(time.monotonic() + fault.seconds, fault, process))

    def _end(self, end: _End) -> None:
        """Ends a fault, unless the member suffers from another one of the kind."""
        fault = end.fault
        alike = [e for e in self._ends if e.fault[:2] == fault[:2]]
        if fault.kind == "cut off" and not alike:
            self._run.forwarder(fault.member).mend()
        if fault.kind == "freeze" and not any(e.process is end.process for e in alike):
            end.process.send(signal.SIGCONT)
