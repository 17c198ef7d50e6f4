"""Asks the controller for the state of the run, in a thread."""

import threading
from pathlib import Path

from frazo.cluster.run_observer import RunObserver
from frazo.cluster.run_record import RunRecord
from frazo.program.errors import JobError
from frazo.proto import control_record_pb2, coordination_pb2

_PERIOD_SECONDS = 0.5
_DEADLINE_SECONDS = 2.0
# A connection that failed is tried again after two seconds at most.
_PATIENCE_SECONDS = 5.0


class RunWatch:
    """Keeps the newest state of a run."""

    def __init__(self, observer: RunObserver, logdir: Path):
        """Asks nothing yet.

        Args:
          observer: Asks the controller.
          logdir: That of the run; the controllers' record in it outlives them.
        """
        self._observer = observer
        self._record = RunRecord(logdir)
        before = self._read_record()
        # A record of an earlier run says nothing of this one.
        self._epoch_before = before.epoch if before is not None else 0
        self._latest: coordination_pb2.RunStatus | None = None
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watch of the run")

    @property
    def latest(self) -> coordination_pb2.RunStatus | None:
        """The last answer; None before the first."""
        return self._latest

    def start(self) -> None:
        self._thread.start()

    def stop_order(self) -> coordination_pb2.StopOrder | None:
        """Returns the order to stop that the run has, also of a controller that is gone."""
        record = self._read_record()
        if record is None or record.epoch <= self._epoch_before or not record.HasField("stop"):
            return None
        return record.stop

    def has_finished(self) -> bool:
        """Returns whether the training has finished."""
        record = self._read_record()
        if record is None or record.epoch <= self._epoch_before:
            return False
        return record.progress.HasField("finished_step")

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

    def _read_record(self) -> control_record_pb2.ControlRecord | None:
        try:
            return self._record.read()
        except (JobError, OSError):
            # The controller tells what is wrong with it.
            return None

    def _watch(self) -> None:
        while not self._closing.wait(_PERIOD_SECONDS):
            self._latest = self._observer.glance(_DEADLINE_SECONDS) or self._latest
