"""The controller of a run: the process that the others find each other by."""

import asyncio
import concurrent.futures
import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from frazo.cluster.address import Address, AddressError, parse_address
from frazo.cluster.coordination import Coordination, RunOutcome
from frazo.cluster.event_log import EventLog
from frazo.cluster.grpc_server import ServerKind, grpc_server
from frazo.cluster.http_server import HttpServer, Page
from frazo.cluster.metrics import MetricsPage
from frazo.cluster.run_record import RunRecord
from frazo.cluster.run_status import run_status
from frazo.cluster.security import Security, read_security, require_protection
from frazo.cluster.service import SERVICE, CoordinationService
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.program.exclusive_lock import exclusive_lock
from frazo.proto import cluster_pb2, coordination_pb2

# An experiment's text has some kilobytes.
MAX_MESSAGE_BYTES = 4 << 20
_TAKE_OVER_CHECK_SECONDS = 3.0
_MAX_TICK_SECONDS = 0.5
_STATUS_SECONDS = 5.0
_KIND = ServerKind(
    name="the controller",
    other_address="give another address as `controller` in the cluster",
    wrong_bytes="both sides need the same version of Frazo",
    wrong_token="all members need the security.token_file of the controller",
    max_request_bytes=MAX_MESSAGE_BYTES,
    max_answer_bytes=4 * MAX_MESSAGE_BYTES,
    max_calls=10_000,
    # Calls that wait get so long to end when the controller does.
    grace_seconds=1.0,
)


class Controller:
    """Serves the coordination of one run, in a thread of its own.

    web_address: host:port of its pages, with the real port; "": it has none.
    """

    def __init__(self, cluster: cluster_pb2.Cluster, logdir: Path, console: Console):
        """Opens nothing.

        Args:
          cluster: The layout of the run, whose values were checked.
          logdir: That of the run; the record is in its folder `control`.
          console: For events and warnings.
        """
        self._cluster = cluster
        self._logdir = logdir
        self._console = console
        self._pages: dict[str, Callable[[], Page]] = {"/metrics": MetricsPage(self.status)}
        self.web_address = ""
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: asyncio.Event | None = None
        self._coordination: Coordination | None = None
        self._started: concurrent.futures.Future[Address] = concurrent.futures.Future()
        self._ended: concurrent.futures.Future[RunOutcome | None] = concurrent.futures.Future()

    def start(self) -> None:
        """Starts to serve.

        Raises:
          JobError: Another controller has the logdir, the port is taken, or the cluster's security
            does not permit the address.
        """
        if self._thread is not None:
            raise RuntimeError("a controller starts once")
        self._thread = threading.Thread(target=self._run, name="controller")
        self._thread.start()
        try:
            self._started.result()
        except BaseException:
            self._thread.join()
            raise

    @property
    def address(self) -> str:
        """host:port, with the real port."""
        return str(self._started.result(timeout=0))

    def add_page(self, route: str, page: Callable[[], Page]) -> None:
        """Serves a page at the cluster's `web`, beside /metrics. Call it before start().

        Args:
          route: Its path: "/status".
          page: Makes it; called from several threads.
        """
        self._pages[route] = page

    def status(self) -> coordination_pb2.RunStatus:
        """The state of the run. Any thread may call this, after start() and before close()."""
        loop, coordination = self._loop, self._coordination
        if loop is None or coordination is None:
            raise RuntimeError("the controller has not been started")

        async def ask() -> coordination_pb2.RunStatus:
            return run_status(coordination, time.time)

        return asyncio.run_coroutine_threadsafe(ask(), loop).result(_STATUS_SECONDS)

    def request_stop(self, reason: str) -> None:
        """Orders all members to save and stop. Any thread may call this, after start()."""
        if self._loop is not None and self._coordination is not None:
            request = coordination_pb2.RequestStopRequest(reason=reason)
            # The loop may have ended by itself.
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._coordination.request_stop, request)

    def wait_until_over(self, timeout_seconds: float | None = None) -> RunOutcome | None:
        """Waits for the end of the run: it has finished or was stopped, and all have left.

        Args:
          timeout_seconds: How long; None: for ever.

        Returns:
          How it ended; None: it has not, or close() was called.

        Raises:
          JobError: Another controller took the run over.
        """
        try:
            return self._ended.result(timeout_seconds)
        except concurrent.futures.TimeoutError:
            return None

    def close(self) -> None:
        """Ends the service. The run may go on under another controller."""
        if self._thread is None:
            return
        loop, closing = self._loop, self._closing
        if loop is not None and closing is not None:
            # The loop may have ended by itself.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(closing.set)
        self._thread.join()

    def __enter__(self) -> "Controller":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _run(self) -> None:
        try:
            outcome = asyncio.run(self._main())
        except BaseException as error:
            if not self._started.done():
                self._started.set_exception(error)
            self._ended.set_exception(error)
        else:
            self._ended.set_result(outcome)

    async def _main(self) -> RunOutcome | None:
        self._loop = asyncio.get_running_loop()
        self._closing = asyncio.Event()
        security = read_security(self._cluster.security)
        address = self._address_of("controller", security)
        record = RunRecord(self._logdir)
        with exclusive_lock(record.path.parent, "controller"):
            coordination = Coordination(
                self._cluster, record.read(), time.monotonic, EventLog(time.time, self._console.log)
            )
            self._coordination = coordination
            service = CoordinationService(coordination, record, time.time, self._console)
            # Takes the run over: from now on a controller before this one finds a greater epoch.
            await service.tick()
            async with grpc_server(_KIND, {SERVICE: service}, address, security) as server:
                await server.tell_health(True)
                # Before the pages: a page may ask for the state of the run at once.
                with self._web(security):
                    self._started.set_result(Address(address.host, server.port))
                    self._console.line(f"the controller listens on {self.address}")
                    await self._serve(coordination, service, self._closing)
            await service.tick()
            return coordination.outcome()

    def _address_of(self, field: str, security: Security) -> Address:
        """Reads an address that the controller serves, and checks who can reach it."""
        try:
            address = parse_address(getattr(self._cluster, field))
        except AddressError as error:
            raise JobError(f"cluster.{field}: {error}") from None
        for warning in require_protection(
            address, f"cluster.{field}", security, self._cluster.security.insecure
        ):
            self._console.warning(warning)
        return address

    @contextlib.contextmanager
    def _web(self, security: Security) -> Iterator[None]:
        """Serves the pages within the context, if the cluster asks for them."""
        if not self._cluster.web:
            yield
            return
        server = HttpServer(self._address_of("web", security), self._console, security)
        for route, page in self._pages.items():
            server.add(route, page)
        server.start()
        self.web_address = str(server.address)
        self._console.line(f"the controller's pages are at {self.web_address}")
        try:
            yield
        finally:
            server.close()

    async def _serve(
        self, coordination: Coordination, service: CoordinationService, closing: asyncio.Event
    ) -> None:
        """Lets time pass until the run is over."""
        tick_seconds = min(_MAX_TICK_SECONDS, self._cluster.lease_seconds / 10)
        checked = before = time.monotonic()
        while coordination.outcome() is None and not closing.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(closing.wait(), tick_seconds)
            now = time.monotonic()
            # While this process was frozen, nobody could give it a sign of life.
            if now - before > self._cluster.lease_seconds / 2:
                coordination.members.excuse(now - before)
            before = now
            if now >= checked + _TAKE_OVER_CHECK_SECONDS:
                checked = now
                await service.require_newest()
            await service.tick()
