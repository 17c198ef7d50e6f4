"""Sends a model server requests that no client should send, over gRPC, HTTP and as bytes.

The server runs in a process of its own. Each request must get an answer that nonsense may get, now
and then a good one must get the right answer, and the memory of the server must stay bounded. The
first other outcome ends the program with code 1. The seed and a request's number decide what it is.
"""

import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import grpc
from frazo.cluster.address import Address, parse_address
from frazo.program.command_line import run_program
from frazo_tools.documented_parser import documented_parser
from frazo_tools.serving.nonsense import (
    GRPC_CODES,
    PATIENCE_SECONDS,
    bytes_answer,
    frames_nonsense,
    grpc_nonsense,
    http_nonsense,
    http_status,
    is_well,
)

from tests.soak.soak_error import SoakError

_ROUND = 1000
_THREADS = 8
_PROGRAM = "hostile_server.py"
# The server's memory after the first requests may grow by so much.
_WARM_UP_REQUESTS = 10_000
_MOST_GROWTH_MB = 100


class _Server(NamedTuple):
    process: subprocess.Popen
    address: Address
    rest_address: Address

    def memory_mb(self) -> float:
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            (line,) = (line for line in status if line.startswith("VmRSS:"))
        return int(line.split()[1]) / 1024


def main(arguments: Sequence[str] | None = None) -> int:
    parser = documented_parser("hostile_requests", __doc__)
    parser.add_argument("--requests", type=int, default=1_000_000, help="default: 1000000")
    parser.add_argument("--seed", type=int, default=0, help="decides the requests (default: 0)")
    flags = parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    try:
        with _server() as server:
            outcomes = _send_all(server, flags.requests, flags.seed)
    except SoakError as error:
        print(f"hostile_requests: FAILED with --seed={flags.seed}: {error}", flush=True)
        return 1
    for outcome, count in sorted(outcomes.items()):
        print(f"{count:>9,} {outcome}")
    return 0


def _send_all(server: _Server, requests: int, seed: int) -> Counter[str]:
    outcomes: Counter[str] = Counter()
    began, first_memory = time.monotonic(), 0.0
    with (
        grpc.insecure_channel(str(server.address)) as channel,
        ThreadPoolExecutor(_THREADS) as threads,
    ):
        for start in range(0, requests, _ROUND):
            numbers = range(start, min(start + _ROUND, requests))
            outcomes.update(_round(server, channel, threads, [(seed, n) for n in numbers]))
            if not is_well(server.address):
                raise SoakError(f"after request {numbers[-1]} a good one gets a wrong answer")
            memory = server.memory_mb()
            if not first_memory and numbers[-1] + 1 >= min(_WARM_UP_REQUESTS, requests):
                first_memory = memory
            if first_memory and memory > first_memory + _MOST_GROWTH_MB:
                raise SoakError(
                    f"the server's memory grew from {first_memory:.0f} to {memory:.0f} MB"
                )
            if (start // _ROUND) % 20 == 0 or numbers[-1] + 1 == requests:
                seconds = time.monotonic() - began
                print(
                    f"{numbers[-1] + 1:,} requests in {seconds:.0f} s, {memory:.0f} MB", flush=True
                )
    return outcomes


def _round(
    server: _Server,
    channel: grpc.Channel,
    threads: ThreadPoolExecutor,
    keys: Sequence[tuple[int, int]],
) -> Iterator[str]:
    """Sends the requests of some seeds and numbers; yields what became of each."""
    calls, others = [], []
    for seed, number in keys:
        rng = random.Random(f"{seed} {number}")
        kind = rng.random()
        if kind < 0.6:
            method, content = grpc_nonsense(rng)
            future = channel.unary_unary(method).future(content, timeout=PATIENCE_SECONDS)
            calls.append((number, future))
        elif kind < 0.95:
            others.append((number, threads.submit(_http_outcome, server, http_nonsense(rng))))
        else:
            others.append((number, threads.submit(_frames_outcome, server, frames_nonsense(rng))))
    for number, future in calls:
        if future.code() not in GRPC_CODES:
            raise SoakError(f"request {number}: {future.code()}: {future.details()}")
        yield f"gRPC {future.code().name}"
    for number, future in others:
        try:
            yield future.result()
        except (OSError, SoakError) as error:
            raise SoakError(f"request {number}: {error or type(error).__name__}") from error


def _http_outcome(server: _Server, request: bytes) -> str:
    status = http_status(bytes_answer(server.rest_address, request)).decode("latin-1")
    # 503: more connections than it takes; 505: it says that it does not know that HTTP.
    if status.startswith("5") and status not in ("501", "503", "505"):
        raise SoakError(f"HTTP status {status} for {request[:2000]!r}")
    return f"HTTP {status or 'without an answer'}"


def _frames_outcome(server: _Server, request: bytes) -> str:
    bytes_answer(server.address, request)
    return "frames: the connection was ended"


@contextlib.contextmanager
def _server() -> Iterator[_Server]:
    program = os.path.join(os.path.dirname(os.path.abspath(__file__)), _PROGRAM)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, program, folder],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            addresses = process.stdout.readline().split() if process.stdout else []
            if len(addresses) != 2:
                raise SoakError("the server did not start")
            yield _Server(process, *(parse_address(address) for address in addresses))
        finally:
            if process.stdin:
                process.stdin.close()


if __name__ == "__main__":
    run_program(main)
