"""Asks the controller for the state of the run, in a thread."""

import threading

from frazo.cluster.run_observer import RunObserver
from frazo.program.errors import JobError
from frazo.proto import coordination_pb2

_PERIOD_SECONDS = 0.5
_DEADLINE_SECONDS = 2.0
# A connection that failed is tried again after two seconds at most.
_PATIENCE_SECONDS = 5.0


class RunWatch:
    """Keeps the newest state of a run."""

    def __init__(self, observer: RunObserver):
        """Asks nothing yet."""
        self._observer = observer
        self._latest: coordination_pb2.RunStatus | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch of the run")

    @property
    def latest(self) -> coordination_pb2.RunStatus | None:
        """The last answer; None before the first."""
        return self._latest

    def start(self) -> None:
        self._thread.start()

    def ask(self) -> coordination_pb2.RunStatus | None:
        """Asks now. Returns the answer, or the last one if there is none."""
        try:
            self._latest = self._observer.status(_PATIENCE_SECONDS)
        except JobError:
            pass
        return self._latest

    def request_stop(self, reason: str) -> bool:
        """Asks the run to save and stop. Returns whether the controller took the request."""
        try:
            self._observer.request_stop(reason, _PATIENCE_SECONDS)
        except JobError:
            return False
        return True

    def close(self) -> None:
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        self._observer.close()

    def _watch(self) -> None:
        while not self._closing.wait(_PERIOD_SECONDS):
            self._latest = self._observer.glance(_DEADLINE_SECONDS) or self._latest
