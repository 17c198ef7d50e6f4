"""Why a request gets no prediction."""

import grpc

# What HTTP calls gRPC's codes.
_HTTP_STATUS = {
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
}
_SERVER_FAULT = 500
_BY_NUMBER = {code.value[0]: code for code in grpc.StatusCode}


class ServingError(Exception):
    """What the client is told. str() is the text.

    Attributes:
      code: gRPC's code.
    """

    def __init__(self, code: grpc.StatusCode, text: str):
        super().__init__(text)
        self.code = code

    @property
    def http_status(self) -> int:
        """HTTP's code."""
        return _HTTP_STATUS.get(self.code, _SERVER_FAULT)


def invalid(text: str) -> ServingError:
    """Returns the error of a request that breaks the rules of its fields."""
    return ServingError(grpc.StatusCode.INVALID_ARGUMENT, text)


def code_of_number(number: int) -> grpc.StatusCode:
    """Returns the code that has a number, which TensorFlow's errors have, too."""
    return _BY_NUMBER.get(number, grpc.StatusCode.UNKNOWN)
