"""Lets only those calls through that carry the token."""

import hmac
from collections.abc import Awaitable, Callable

import grpc
from frazo.cluster.security import AUTHORIZATION

# Probes of Kubernetes carry no header, and learn only that the service runs.
_OPEN_SERVICE = "/grpc.health.v1.Health/"


class TokenCheck(grpc.aio.ServerInterceptor):
    """Ends all other calls with UNAUTHENTICATED before their message is read."""

    def __init__(self, authorization: str, remedy: str):
        """Keeps what is right.

        Args:
          authorization: The header's value that is right.
          remedy: What is said to others.
        """
        self._expected = authorization.encode()

        async def refuse(_: object, context: grpc.aio.ServicerContext) -> None:
            text = f"the token is missing or wrong; {remedy}"
            await context.abort(grpc.StatusCode.UNAUTHENTICATED, text)

        self._refusal = grpc.unary_unary_rpc_method_handler(refuse)

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        if handler_call_details.method.startswith(_OPEN_SERVICE):
            return await continuation(handler_call_details)
        for name, value in handler_call_details.invocation_metadata or ():
            if name == AUTHORIZATION and is_same_secret(value, self._expected):
                return await continuation(handler_call_details)
        return self._refusal


def is_same_secret(told: str | bytes, expected: bytes) -> bool:
    """Compares two secrets in a time that tells nothing of where they differ."""
    return hmac.compare_digest(told.encode() if isinstance(told, str) else told, expected)
