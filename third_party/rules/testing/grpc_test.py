"""The code that the proto rules make works together: messages, stubs of types, a client and a
server.
"""

import pathlib
from concurrent import futures

import grpc
from echo.proto import echo_pb2, echo_pb2_grpc
from frazo.proto import compression_pb2


class Echo(echo_pb2_grpc.EchoServicer):
    def Repeat(self, request, context):
        return echo_pb2.EchoReply(text=request.text * request.times)


def test_a_client_calls_a_server_on_the_loopback_address():
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    echo_pb2_grpc.add_EchoServicer_to_server(Echo(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = echo_pb2_grpc.EchoStub(channel)
            assert stub.Repeat(echo_pb2.EchoRequest(text="ab")).text == "abab"
            assert stub.Repeat(echo_pb2.EchoRequest(text="c", times=3)).text == "ccc"
    finally:
        server.stop(grace=None).wait()


def test_messages_may_use_those_of_another_vocabulary():
    assert echo_pb2.EchoRequest().compression == compression_pb2.ZSTD


def test_type_stubs_lie_beside_the_modules():
    stub = pathlib.Path(echo_pb2.__file__).with_suffix(".pyi")
    assert "class EchoRequest" in stub.read_text()
