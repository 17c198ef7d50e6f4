"""A server of coordination.py: the controller of a run, or gRPC with nothing behind it.

Arguments: "frazo" or "bare", and how many workers the cluster has. It writes its address, and for
each line that it reads the processor time that it has taken, in seconds, and its largest resident
set, in MiB.
"""

import asyncio
import io
import sys
import tempfile
import threading
import time
from pathlib import Path

import grpc
from frazo.cluster.controller import Controller
from frazo.program.console import Console
from frazo.proto import coordination_pb2, coordination_pb2_grpc

from tests.benchmarks import coordination_cluster


def main(arguments: list[str]) -> None:
    kind, workers = arguments
    serve = serve_frazo if kind == "frazo" else serve_bare
    serve(int(workers))


def serve_frazo(workers: int) -> None:
    console = Console(io.StringIO(), sys.stderr)
    with tempfile.TemporaryDirectory() as logdir:
        cluster = coordination_cluster.cluster("127.0.0.1:0", workers)
        with Controller(cluster, Path(logdir), console) as controller:
            print(controller.address, flush=True)
            answer_questions()


class _Bare(coordination_pb2_grpc.CoordinationServicer):
    """Answers at once, and always the same."""

    async def Register(self, request, context):
        return coordination_pb2.RegisterResponse(epoch=1, heartbeat_seconds=1, lease_seconds=10)

    async def Heartbeat(self, request, context):
        return coordination_pb2.HeartbeatResponse(generation=1, heartbeat_seconds=1)


def serve_bare(workers: int) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def start() -> grpc.aio.Server:
        server = grpc.aio.server()
        coordination_pb2_grpc.add_CoordinationServicer_to_server(_Bare(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        print(f"127.0.0.1:{port}", flush=True)
        return server

    server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    answer_questions()
    asyncio.run_coroutine_threadsafe(server.stop(None), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()


def answer_questions() -> None:
    """Until the end of standard input."""
    for _ in sys.stdin:
        print(time.process_time(), _peak_memory_mb(), flush=True)


def _peak_memory_mb() -> float:
    with open("/proc/self/status") as status:
        (line,) = (line for line in status if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1:])
