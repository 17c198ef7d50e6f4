"""Members of coordination.py, which give signs of life until standard input ends.

Arguments: the server's address, how many members there are, and "real" for clients as jobs have
them, "simulated" for many in one thread, "hasty" for those that give a sign of life every second
whatever the controller asks for. It writes "ready" when all are registered, and for each line that
it reads the processor time that it has taken, in seconds, and how many heartbeats were answered.
"""

import asyncio
import contextlib
import io
import sys
import threading
import time

import grpc
from frazo.cluster.client import CoordinationClient
from frazo.program.console import Console
from frazo.proto import coordination_pb2, coordination_pb2_grpc

from tests.benchmarks import coordination_cluster

_EXPERIMENT = "train { max_steps: 10 }"
_STATUS = coordination_pb2.MemberStatus(
    state="training",
    step=12_345,
    max_steps=100_000,
    steps_per_second=3.25,
    loss=2.5,
    message="train: step 12345 of 100000, loss 2.5, 3.25 steps/s",
)
# Registrations are not what is measured: they come one after the other, a few at a time.
_REGISTERING = 20


def main(arguments: list[str]) -> None:
    address, count, kind = arguments
    if kind == "real":
        _run_real(address, int(count))
    else:
        _run_simulated(address, int(count), is_hasty=kind == "hasty")


def _run_real(address: str, count: int) -> None:
    cluster = coordination_cluster.cluster(address, count)
    console = Console(io.StringIO(), sys.stderr)
    with contextlib.ExitStack() as opened:
        for index in range(count):
            name = coordination_pb2.MemberName(job="worker", index=index)
            client = CoordinationClient(cluster, name, console)
            opened.callback(client.close)
            client.register(_EXPERIMENT, "")
            client.start_heartbeats(lambda: _STATUS, lambda _: None)
        print("ready", flush=True)
        for _ in sys.stdin:
            print(time.process_time(), 0, flush=True)


class _Crowd:
    """Many members in one thread."""

    def __init__(self, address: str, count: int, is_hasty: bool):
        self._address = address
        self._cluster = coordination_cluster.cluster(address, count)
        self._is_hasty = is_hasty
        self._gate = asyncio.Semaphore(_REGISTERING)
        self._stopping = asyncio.Event()
        self.heartbeats = 0

    async def register(self, index: int) -> grpc.aio.Channel:
        # A connection for each, as for processes of their own.
        options = [("grpc.use_local_subchannel_pool", 1)]
        channel = grpc.aio.insecure_channel(self._address, options)
        request = coordination_pb2.RegisterRequest(
            caller=self._caller(index),
            version="1",
            experiment=_EXPERIMENT,
            cluster=self._cluster,
        )
        async with self._gate:
            await coordination_pb2_grpc.CoordinationStub(channel).Register(request, timeout=60)
        return channel

    async def beat(self, index: int, count: int, channel: grpc.aio.Channel) -> None:
        """Gives signs of life, out of step with the others."""
        heartbeat = coordination_pb2_grpc.CoordinationStub(channel).Heartbeat
        request = coordination_pb2.HeartbeatRequest(caller=self._caller(index), status=_STATUS)
        pause = index / count
        while not await self._waited(pause):
            response = await heartbeat(request, timeout=10)
            self.heartbeats += 1
            pause = 1.0 if self._is_hasty else response.heartbeat_seconds
        await channel.close()

    def stop(self) -> None:
        self._stopping.set()

    async def _waited(self, seconds: float) -> bool:
        """Waits; returns whether it is to stop."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopping.is_set()

    def _caller(self, index: int) -> coordination_pb2.Caller:
        return coordination_pb2.Caller(
            name=coordination_pb2.MemberName(job="worker", index=index),
            incarnation=f"incarnation-{index}",
        )


def _run_simulated(address: str, count: int, is_hasty: bool) -> None:
    async def run() -> None:
        loop = asyncio.get_running_loop()
        crowd = _Crowd(address, count, is_hasty)
        channels = await asyncio.gather(*(crowd.register(index) for index in range(count)))
        beats = [crowd.beat(index, count, channel) for index, channel in enumerate(channels)]
        reader = threading.Thread(target=_read, args=(crowd, loop))
        reader.start()
        await asyncio.gather(*beats)
        reader.join()

    asyncio.run(run())


def _read(crowd: _Crowd, loop: asyncio.AbstractEventLoop) -> None:
    print("ready", flush=True)
    for _ in sys.stdin:
        print(time.process_time(), crowd.heartbeats, flush=True)
    loop.call_soon_threadsafe(crowd.stop)


if __name__ == "__main__":
    main(sys.argv[1:])
