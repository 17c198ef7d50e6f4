"""Calls of the coordination service with a deadline each, repeated while the controller is away."""

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import grpc
from frazo.cluster.address import Address, AddressError, parse_address
from frazo.cluster.listening import somebody_listens
from frazo.cluster.security import AUTHORIZATION, Security
from frazo.program.errors import JobError
from frazo.proto import coordination_pb2_grpc

# What passes by itself: there is no controller yet, it is restarted, the network is away.
TRANSIENT = frozenset([grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED])

_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 2.0
_GROWTH = 1.6
_TELL_SECONDS = 10.0
_OPTIONS = [
    ("grpc.enable_http_proxy", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000),
    # Finds a connection that died without a word.
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.max_receive_message_length", 16 << 20),
]


class CallError(Exception):
    """A call failed. code: grpc's; str() is what the controller, or grpc, says."""

    def __init__(self, code: grpc.StatusCode, details: str):
        super().__init__(details)
        self.code = code


class Unreachable(JobError):
    """The controller gave no answer in time."""


class RetryingCalls:
    """The channel to one controller. Safe for several threads."""

    def __init__(self, controller: str, security: Security, log: Callable[[str], None]):
        """Connects at the first call.

        Args:
          controller: host:port.
          security: What the controller asks for.
          log: Gets a line when a call waits for the controller.

        Raises:
          JobError: `controller` is no address.
        """
        try:
            self.address: Address = parse_address(controller)
        except AddressError as error:
            raise JobError(f"cluster.controller: {error}") from None
        self._security = security
        self._log = log
        self._closing = threading.Event()
        if security.certificates is None:
            self._channel = grpc.insecure_channel(str(self.address), _OPTIONS)
        else:
            certificates = security.certificates
            credentials = grpc.ssl_channel_credentials(
                certificates.ca, certificates.key, certificates.certificate
            )
            self._channel = grpc.secure_channel(str(self.address), credentials, _OPTIONS)
        self._stub = coordination_pb2_grpc.CoordinationStub(self._channel)
        self._metadata = ()
        if security.authorization is not None:
            self._metadata = ((AUTHORIZATION, security.authorization),)

    def once(self, method: str, request: Any, seconds: float) -> Any:
        """Calls once.

        Args:
          method: A method of the service.
          request: Its message.
          seconds: The deadline.

        Raises:
          CallError: There was no answer, or a refusal.
        """
        try:
            return getattr(self._stub, method)(request, timeout=seconds, metadata=self._metadata)
        except grpc.RpcError as error:
            raise CallError(error.code(), error.details() or error.code().name) from None
        except ValueError:
            raise CallError(grpc.StatusCode.CANCELLED, "the client is closed") from None

    def until(self, method: str, request: Any, *, seconds: float, patience_seconds: float) -> Any:
        """Calls, and calls again while the controller is away.

        Args:
          method: A method of the service, which may be repeated.
          request: Its message.
          seconds: The deadline of each call.
          patience_seconds: For how long.

        Raises:
          Unreachable: There was no answer for so long.
          CallError: The controller refused the call.
        """
        began = told = time.monotonic()
        pause = _FIRST_PAUSE_SECONDS
        while True:
            left = began + patience_seconds - time.monotonic()
            try:
                return self.once(method, request, max(min(seconds, left), 0.1))
            except CallError as error:
                if error.code not in TRANSIENT:
                    raise
                now = time.monotonic()
                if now - began >= patience_seconds or self._closing.is_set():
                    raise self._unreachable(error, patience_seconds) from None
                if now - told >= _TELL_SECONDS:
                    told = now
                    self._log(f"waits for the controller {self.address}: {error}")
            # Jitter: those who lost the controller together do not all come back together.
            self._closing.wait(pause * random.uniform(0.5, 1.5))
            pause = min(pause * _GROWTH, _LONGEST_PAUSE_SECONDS)

    def _unreachable(self, error: CallError, seconds: float) -> Unreachable:
        if somebody_listens(self.address, 1.0):
            kind = "plain text" if self._security.certificates is None else "TLS"
            remedy = (
                f"Something listens there, but does not answer {kind} as the controller does: give "
                "all members the security of the controller, or correct `controller` in the cluster"
            )
        else:
            remedy = (
                "Start the controller (--job=controller) with this cluster, or correct "
                "`controller` in it"
            )
        return Unreachable(
            f"no answer from the controller {self.address} for {seconds:g} s: {error}. {remedy}"
        )

    def close(self) -> None:
        """Ends waiting calls."""
        self._closing.set()
        self._channel.close()
