"""The events of a run, for people."""

import collections
from collections.abc import Callable

from frazo.proto import coordination_pb2

_KEPT = 500


class EventLog:
    """The last events, oldest first. Each is also given to a function that logs it."""

    def __init__(self, unix_clock: Callable[[], float], log: Callable[[str], None]):
        self._unix_clock = unix_clock
        self._log = log
        self._events: collections.deque[coordination_pb2.RunStatus.Event] = collections.deque(
            maxlen=_KEPT
        )

    def add(self, text: str) -> None:
        event = coordination_pb2.RunStatus.Event(unix_seconds=self._unix_clock(), text=text)
        self._events.append(event)
        self._log(text)

    def events(self) -> list[coordination_pb2.RunStatus.Event]:
        return list(self._events)
