"""Frees a worker that waits for others that are gone."""

import threading

from frazo.cluster.client import CoordinationClient, Orders
from frazo.program.restart import restart_program
from frazo.shard.collective_server import abort_collectives

# How long a worker may take to end what it does when its generation is over.
_GRACE_SECONDS = 20.0


class WorkerWatchdog:
    """Within it, collectives end when the generation does, and the program starts anew if that is
    not enough.
    """

    def __init__(self, client: CoordinationClient, generation: int):
        self._client = client
        self._generation = generation
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._is_closed = False

    def __enter__(self) -> "WorkerWatchdog":
        self._client.on_change = self._watch
        self._watch(self._client.orders)
        return self

    def __exit__(self, *_) -> None:
        with self._lock:
            self._is_closed = True
            if self._timer is not None:
                self._timer.cancel()

    def _watch(self, orders: Orders) -> None:
        is_over = orders.generation > self._generation
        if not is_over and (orders.stop is None or not orders.stop.failed):
            return
        with self._lock:
            if self._is_closed or self._timer is not None:
                return
            self._timer = threading.Timer(_GRACE_SECONDS, restart_program)
            self._timer.daemon = True
            self._timer.start()
        abort_collectives(orders.reason or "the run failed")
