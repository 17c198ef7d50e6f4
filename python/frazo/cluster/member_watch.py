"""Watches the other members of a run."""

import threading
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple

from frazo.cluster.client import CoordinationClient
from frazo.cluster.member_key import MemberKey, key_of
from frazo.proto import coordination_pb2

Life = coordination_pb2.RunStatus.Member.Life

# The state of a member whose TensorFlow server answers.
SERVING = "serving"


class ProcessName(NamedTuple):
    """What tells the process of a member from its predecessor."""

    host: str
    process: int
    starts: int


class MemberWatch:
    """Asks the controller again and again for what became of the members, in a thread.

    Used as a context manager it ends with it. Its methods may be called from any thread.
    """

    def __init__(self, client: CoordinationClient, pause_seconds: float):
        """Starts nothing.

        Args:
          client: Is registered.
          pause_seconds: Between two questions.
        """
        self._client = client
        self._pause_seconds = pause_seconds
        self._lock = threading.Condition()
        self._members: dict[MemberKey, coordination_pb2.RunStatus.Member] = {}
        self._is_known = False
        self._chosen: dict[MemberKey, ProcessName] = {}
        self._on_look: Callable[[], None] = lambda: None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="members")

    def __enter__(self) -> "MemberWatch":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stopping.set()
        self._thread.join()

    def after_each_look(self, call: Callable[[], None]) -> None:
        """Has a function called from the thread of this watch, after each answer."""
        self._on_look = call

    def serving(self) -> set[MemberKey]:
        """Returns those that are alive, and whose servers answer."""
        with self._lock:
            return {
                key
                for key, member in self._members.items()
                if member.life == Life.ALIVE and member.status.state == SERVING
            }

    def is_gone(self, key: MemberKey) -> bool:
        """Returns whether it is known that a member is not alive."""
        with self._lock:
            member = self._members.get(key)
            return self._is_known and (member is None or member.life != Life.ALIVE)

    def choose(self, keys: Iterable[MemberKey]) -> None:
        """Remembers the present processes of members."""
        with self._lock:
            self._chosen = {key: _process(self._members[key]) for key in keys}

    def lost(self) -> dict[MemberKey, str]:
        """Returns those of the chosen processes that are gone, each with what became of it."""
        with self._lock:
            found = {}
            for key, process in self._chosen.items():
                member = self._members.get(key)
                if member is None or _process(member) != process:
                    found[key] = "was started anew"
                elif member.life != Life.ALIVE:
                    found[key] = _FATES[member.life]
            return found

    def wait_until(self, is_reached: Callable[[], bool], seconds: float) -> bool:
        """Waits for so long at most, and returns whether a condition is reached, which may ask this
        watch.
        """
        until = time.monotonic() + seconds
        while not (reached := is_reached()) and time.monotonic() < until:
            with self._lock:
                self._lock.wait(self._pause_seconds)
        return reached

    def _run(self) -> None:
        while not self._stopping.wait(self._pause_seconds):
            status = self._client.run_status()
            if status is None:
                continue
            with self._lock:
                self._members = {key_of(member.name): member for member in status.members}
                self._is_known = True
                self._lock.notify_all()
            self._on_look()


_FATES = {
    Life.LOST: "gave no sign of life",
    Life.FINISHED: "finished",
    Life.STOPPED: "stopped",
    Life.FAILED: "failed",
}


def names_of(fates: dict[MemberKey, str], addresses: dict[MemberKey, str]) -> str:
    """Returns "worker 1 (10.0.0.2:7001) gave no sign of life, ps 0 (...) was started anew"."""
    return ", ".join(f"{key} ({addresses[key]}) {fate}" for key, fate in fates.items())


def _process(member: coordination_pb2.RunStatus.Member) -> ProcessName:
    return ProcessName(member.host, member.process, member.starts)
