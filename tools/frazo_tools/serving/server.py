"""The ports of a model server."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncIterator
from typing import NamedTuple

from frazo.cluster.address import Address
from frazo.cluster.grpc_server import RunningServer, ServerKind, grpc_server
from frazo.cluster.http_server import HttpKind, HttpServer
from frazo.cluster.security import Security
from frazo.program.console import Console
from frazo_tools.serving import model_service, prediction_service
from frazo_tools.serving.metrics import Metrics
from frazo_tools.serving.models import Models
from frazo_tools.serving.rest import Rest, error_page

_MOST_CALLS = 10_000
# Calls that wait get so long to end when the server does.
_GRACE_SECONDS = 30.0
# Between two looks whether all models have a version.
_HEALTH_SECONDS = 0.2
# Beside those that may wait, requests that are refused, and questions for the state of models.
_SPARE_REQUESTS = 64


class ServerSettings(NamedTuple):
    """Where a server listens, and what it takes.

    Attributes:
      address: Where it speaks gRPC; port 0 stands for any free port.
      rest_address: Where it speaks HTTP.
      security: What protects both.
      max_request_bytes: Of a request.
      max_waiting: HTTP requests that may wait for an answer.
      rest_timeout_seconds: An HTTP request is answered within this time.
    """

    address: Address
    rest_address: Address
    security: Security
    max_request_bytes: int
    max_waiting: int
    rest_timeout_seconds: float


class ModelServer:
    """Serves models, in a thread of its own.

    models: The models. address: Where it speaks gRPC, with the real port. rest_address: Where it
    speaks HTTP.
    """

    def __init__(
        self, models: Models, metrics: Metrics, settings: ServerSettings, console: Console
    ):
        """Opens nothing."""
        self.models = models
        self._metrics = metrics
        self._settings = settings
        self._console = console
        self.address = settings.address
        self.rest_address = settings.rest_address
        self._started: concurrent.futures.Future[None] = concurrent.futures.Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: RunningServer | None = None
        self._closing = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="model server")

    def __enter__(self) -> "ModelServer":
        """Opens the ports and then loads the models. Until then health is NOT_SERVING.

        Raises:
          JobError: A port is taken, or certificate and key do not belong together.
        """
        self._thread.start()
        try:
            self._started.result()
            self._metrics.watch(self.models)
            self.models.start()
            if self._loop is not None:
                asyncio.run_coroutine_threadsafe(self._tell_health(), self._loop).result()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """Answers the requests that it has, takes no others, and joins the threads."""
        # The loop may have ended by itself.
        with contextlib.suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._closing.set)
        self._thread.join()
        self.models.close()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._started.done():
                self._console.error(f"the server ended: {type(error).__name__}: {error}")
            else:
                self._started.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        settings = self._settings
        services = {
            prediction_service.SERVICE: prediction_service.PredictionService(
                self.models, self._metrics, settings.max_request_bytes
            ),
            model_service.SERVICE: model_service.ModelService(self.models),
        }
        kind = ServerKind(
            name="the server",
            other_address="give another --port",
            wrong_bytes="use the messages of tensorflow-serving-api",
            wrong_token="send it as metadata, authorization: Bearer TOKEN",
            max_request_bytes=settings.max_request_bytes,
            max_answer_bytes=-1,
            max_calls=_MOST_CALLS,
            grace_seconds=_GRACE_SECONDS,
        )
        async with (
            grpc_server(kind, services, settings.address, settings.security) as server,
            self._rest(),
        ):
            self.address = settings.address._replace(port=server.port)
            self._console.line(f"gRPC at {self.address}")
            self._console.line(f"REST at {self.rest_address}")
            self._server = server
            self._started.set_result(None)
            while not self._closing.is_set():
                await self._tell_health()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._closing.wait(), _HEALTH_SECONDS)
            await server.tell_health(False)

    async def _tell_health(self) -> None:
        if self._server is not None:
            await self._server.tell_health(self.models.are_ready)

    @contextlib.asynccontextmanager
    async def _rest(self) -> AsyncIterator[None]:
        """Speaks HTTP within the context."""
        settings = self._settings
        kind = HttpKind(
            name="the REST API",
            most_requests=settings.max_waiting + _SPARE_REQUESTS,
            most_body_bytes=settings.max_request_bytes,
            error_page=error_page,
        )
        server = HttpServer(settings.rest_address, self._console, settings.security, kind)
        server.add("/metrics", self._metrics.page)
        rest = Rest(self.models, self._metrics, settings.rest_timeout_seconds)
        server.add_service("/v1/", rest.answer)
        server.start()
        self.rest_address = server.address
        try:
            yield
        finally:
            # Its requests wait for answers, and calls over gRPC for this loop.
            await asyncio.to_thread(server.close)
