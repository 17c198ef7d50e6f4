"""A model server in this process, for tests."""

import contextlib
import io
from collections.abc import Iterator, Mapping
from pathlib import Path

from frazo.cluster.address import Address
from frazo.cluster.security import NO_SECURITY, Security
from frazo.program.console import Console
from frazo_tools.serving.batcher import BatchLimits
from frazo_tools.serving.metrics import Metrics
from frazo_tools.serving.served_models import served_models
from frazo_tools.serving.server import ModelServer, ServerSettings

LIMITS = BatchLimits(max_batch_size=8, timeout_seconds=0.001, max_queue=20)
MAX_REQUEST_BYTES = 1 << 20


@contextlib.contextmanager
def live_server(
    bases: Mapping[str, Path],
    *,
    limits: BatchLimits = LIMITS,
    num_versions: int = 1,
    security: Security = NO_SECURITY,
    log: io.StringIO | None = None,
    ports: tuple[int, int] = (0, 0),
) -> Iterator[ModelServer]:
    """Serves models within the context, and looks for new versions all the time.

    Args:
      bases: The base paths by the models' names.
      limits: How requests are joined.
      num_versions: Versions that are served at the same time.
      security: What protects the server.
      log: Gets what the server writes.
      ports: Those of gRPC and REST; 0 stands for any free port.
    """
    console = Console(log or io.StringIO(), log or io.StringIO())
    metrics = Metrics()
    models = served_models(
        bases, limits, metrics, console, num_versions=num_versions, poll_seconds=0.05
    )
    settings = ServerSettings(
        address=Address("127.0.0.1", ports[0]),
        rest_address=Address("127.0.0.1", ports[1]),
        security=security,
        max_request_bytes=MAX_REQUEST_BYTES,
        max_waiting=100,
        rest_timeout_seconds=60.0,
    )
    with ModelServer(models, metrics, settings, console) as server:
        yield server
