"""What a gRPC server of ours answers calls by."""

from collections.abc import Awaitable, Callable
from typing import Any

import grpc
from google.protobuf import message_factory
from google.protobuf.descriptor import ServiceDescriptor
from google.protobuf.message import DecodeError, Message


def handler_of(service: ServiceDescriptor, servicer: object, remedy: str) -> grpc.GenericRpcHandler:
    """Returns what a server answers calls by. Bytes that are no message are an error of the client,
    in one line, where grpc's own handlers would log a traceback for each.

    Args:
      service: The service; its methods have one request and one answer each.
      servicer: Has a coroutine for each method, with its name.
      remedy: What is said to those who send such bytes.
    """
    handlers = {
        name: grpc.unary_unary_rpc_method_handler(
            _answering(getattr(servicer, name), f"{method.input_type.full_name}; {remedy}"),
            request_deserializer=_parser(message_factory.GetMessageClass(method.input_type)),
            response_serializer=message_factory.GetMessageClass(
                method.output_type
            ).SerializeToString,
        )
        for name, method in service.methods_by_name.items()
    }
    return grpc.method_handlers_generic_handler(service.full_name, handlers)


def _parser(message_class: type[Message]) -> Callable[[bytes], Message | DecodeError]:
    def parse(content: bytes) -> Message | DecodeError:
        try:
            return message_class.FromString(content)
        except DecodeError as error:
            return error

    return parse


def _answering(
    method: Callable[..., Awaitable[Any]], expected: str
) -> Callable[..., Awaitable[Any]]:
    async def answer(request: Message | DecodeError, context: grpc.aio.ServicerContext) -> Any:
        if isinstance(request, DecodeError):
            text = f"the bytes are no {expected}"
            return await context.abort(grpc.StatusCode.INVALID_ARGUMENT, text)
        return await method(request, context)

    return answer
