"""Frees a worker that waits for others that are gone."""

import contextlib
import threading
from collections.abc import Iterator

from frazo.cluster.orders import Orders
from frazo.program.restart import restart_program

# How long a worker may take to end what it does when its generation is over.
_GRACE_SECONDS = 20.0


class WorkerWatchdog:
    """Ends collectives when a generation ends, and starts the program anew if that is not enough.

    `watch` is what the heartbeats call with new orders.
    """

    def __init__(self):
        self._lock = threading.Lock()
        self._orders = Orders()
        self._generation: int | None = None
        self._timer: threading.Timer | None = None

    def watch(self, orders: Orders) -> None:
        """Takes new orders, from any thread."""
        with self._lock:
            self._orders = orders
            self._check()

    @contextlib.contextmanager
    def training(self, generation: int) -> Iterator[None]:
        """Within it the process trains in a generation, and the watchdog is awake."""
        with self._lock:
            self._generation = generation
            self._check()
        try:
            yield
        finally:
            with self._lock:
                self._generation = None
                timer, self._timer = self._timer, None
            if timer is not None:
                timer.cancel()

    def _check(self) -> None:
        """Called with the lock held."""
        orders = self._orders
        if self._generation is None or self._timer is not None:
            return
        has_failed = orders.stop is not None and orders.stop.failed
        if orders.generation <= self._generation and not has_failed:
            return
        self._timer = threading.Timer(_GRACE_SECONDS, restart_program)
        self._timer.daemon = True
        self._timer.start()
        # Loaded here only: the heartbeats begin before TensorFlow is there.
        from frazo.shard.collective_server import abort_collectives

        abort_collectives(orders.reason or (orders.stop.reason if orders.stop else "no reason"))
