"""A gRPC server with health, reflection, TLS and a token."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import grpc
from frazo.cluster.address import Address
from frazo.cluster.listening import why_not_bound
from frazo.cluster.method_handlers import handler_of
from frazo.cluster.security import Security
from frazo.cluster.token_check import TokenCheck
from frazo.program.errors import JobError
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

_OPTIONS = (
    # Without it a second server shares a taken port, and each gets some of the calls.
    ("grpc.so_reuseport", 0),
    ("grpc.max_metadata_size", 16 << 10),
    # Clients that lost their network without a word leave no connection behind.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
)


class ServerKind(NamedTuple):
    """What tells servers apart.

    Attributes:
      name: "the controller".
      other_address: How its address is changed.
      wrong_bytes: What is said to those who send bytes that are no message.
      wrong_token: What is said to those whose token is missing or wrong.
      max_request_bytes: Of a message that it takes.
      max_answer_bytes: Of a message that it sends.
      max_calls: Calls at the same time; more are refused.
      grace_seconds: Calls get so long to end when the server does.
    """

    name: str
    other_address: str
    wrong_bytes: str
    wrong_token: str
    max_request_bytes: int
    max_answer_bytes: int
    max_calls: int
    grace_seconds: float


class RunningServer:
    """A server. port: where it listens."""

    def __init__(self, port: int, healthy, names: list[str]):
        """Keeps the services, which are not yet said to serve."""
        self.port = port
        self._healthy = healthy
        self._names = names

    async def tell_health(self, is_serving: bool) -> None:
        """Tells all who ask by the health protocol whether the services serve."""
        states = health_pb2.HealthCheckResponse
        state = states.SERVING if is_serving else states.NOT_SERVING
        for name in self._names:
            await self._healthy.set(name, state)


@contextlib.asynccontextmanager
async def grpc_server(
    kind: ServerKind,
    services: Mapping[ServiceDescriptor, object],
    address: Address,
    security: Security,
) -> AsyncIterator[RunningServer]:
    """Serves within the context.

    Args:
      kind: What tells it from other servers.
      services: What answers the calls of each service; see handler_of().
      address: Where it listens; port 0 stands for any free port.
      security: With certificates it speaks TLS with those who have one; with a token it answers
        those who send it.

    Raises:
      JobError: It cannot listen there.
    """
    interceptors = (
        [TokenCheck(security.authorization, kind.wrong_token)] if security.authorization else []
    )
    server = grpc.aio.server(
        interceptors=interceptors,
        options=[
            *_OPTIONS,
            ("grpc.max_receive_message_length", kind.max_request_bytes),
            ("grpc.max_send_message_length", kind.max_answer_bytes),
        ],
        maximum_concurrent_rpcs=kind.max_calls,
    )
    server.add_generic_rpc_handlers(
        tuple(
            handler_of(service, servicer, kind.wrong_bytes)
            for service, servicer in services.items()
        )
    )
    healthy = health.aio.HealthServicer()  # pyright: ignore[reportAttributeAccessIssue]
    health_pb2_grpc.add_HealthServicer_to_server(healthy, server)
    names = [service.full_name for service in services]
    running = RunningServer(_listen(server, kind, address, security), healthy, ["", *names])
    await running.tell_health(False)
    reflection.enable_server_reflection(
        (*names, health.SERVICE_NAME, reflection.SERVICE_NAME), server
    )
    await server.start()
    try:
        yield running
    finally:
        await healthy.enter_graceful_shutdown()
        await server.stop(kind.grace_seconds)


def _listen(server: grpc.aio.Server, kind: ServerKind, address: Address, security: Security) -> int:
    try:
        if security.certificates is None:
            port = server.add_insecure_port(str(address))
        else:
            certificates = security.certificates
            credentials = grpc.ssl_server_credentials(
                [(certificates.key, certificates.certificate)],
                root_certificates=certificates.ca,
                require_client_auth=True,
            )
            port = server.add_secure_port(str(address), credentials)
    except RuntimeError:
        port = 0
    if port:
        return port
    cause = why_not_bound(address)
    if cause:
        raise JobError(
            f"{kind.name} cannot listen on {address}: {cause}. End the process that has the "
            f"port, or {kind.other_address}"
        )
    raise JobError(
        f"{kind.name} cannot listen on {address}: security.certificate_file and key_file are no "
        "certificate and key that belong together; check them, and ca_file"
    )
