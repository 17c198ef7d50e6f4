"""A controller and members in one process, on the loopback address, for tests."""

import contextlib
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from frazo.cluster.client import CoordinationClient
from frazo.cluster.controller import Controller
from frazo.cluster.orders import Orders
from frazo.program.console import Console
from frazo.proto import cluster_pb2, coordination_pb2

EXPERIMENT = "train { max_steps: 10 }"
# No test waits for so long: it is what a machine in trouble gets.
PATIENCE_SECONDS = 120.0


def quick_cluster(**fields: Any) -> cluster_pb2.Cluster:
    """Two workers, and times that pass quickly."""
    cluster = cluster_pb2.Cluster(
        controller="127.0.0.1:0",
        workers=["127.0.0.1:7001", "127.0.0.1:7002"],
        heartbeat_seconds=0.2,
        lease_seconds=3,
        rejoin_seconds=2,
        start_timeout_seconds=PATIENCE_SECONDS,
        controller_timeout_seconds=PATIENCE_SECONDS,
    )
    cluster.MergeFrom(cluster_pb2.Cluster(**fields))
    return cluster


class LoopbackRun:
    """A run with its log directory.

    cluster: with the real port of the controller. log, warnings: what all wrote.
    """

    def __init__(self, logdir: Path, **fields: Any):
        self.logdir = logdir
        self.cluster = quick_cluster(**fields)
        self.log, self.warnings = io.StringIO(), io.StringIO()
        self.console = Console(self.log, self.warnings)
        self._open = contextlib.ExitStack()

    def start_controller(self) -> Controller:
        controller = Controller(self.cluster, self.logdir, self.console)
        controller.start()
        self._open.callback(controller.close)
        self.cluster.controller = controller.address
        return controller

    def client(
        self, job: str, index: int = 0, cluster: cluster_pb2.Cluster | None = None
    ) -> CoordinationClient:
        """A member that has not registered."""
        name = coordination_pb2.MemberName(job=job, index=index)
        client = CoordinationClient(cluster or self.cluster, name, self.console)
        self._open.callback(client.close)
        return client

    def member(
        self, job: str, index: int = 0, on_change: Callable[[Orders], None] = lambda _: None
    ) -> CoordinationClient:
        """A member that is registered and gives signs of life."""
        client = self.client(job, index)
        client.register(EXPERIMENT, self.cluster.workers[index] if job == "worker" else "")
        client.start_heartbeats(coordination_pb2.MemberStatus, on_change)
        return client

    def close(self) -> None:
        self._open.close()


@contextlib.contextmanager
def loopback_run(logdir: Path, **fields: Any) -> Iterator[LoopbackRun]:
    """Closes all that a test opened."""
    run = LoopbackRun(logdir, **fields)
    try:
        yield run
    finally:
        run.close()


def wait_until(condition: Callable[[], object]) -> None:
    """Waits for something that will happen."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.02)
