"""What the coordination of a run costs, beside gRPC with nothing behind it.

    ./bazelw run -c opt //tests/benchmarks:coordination -- [--json=FILE] [--rounds=3]

The controller, its members and a client that measures its answers are processes of their own on the
loopback address. With the default times the controller asks a thousand members for a heartbeat every
2.5 s; "hasty" ones give one every second all the same.
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

import grpc
from frazo.proto import coordination_pb2, coordination_pb2_grpc

from tests.benchmarks import coordination_members, coordination_server, side_by_side
from tests.benchmarks.side_by_side import Case, Contender, Measurement

FEW = 4
MANY = 1000
SECONDS = 15.0
# The client that measures adds so many heartbeats in a second.
_PROBES_PER_SECOND = 50

FEW_CPU = Case("4 members, processor time of all", "% of a core", higher_is_better=False)
MANY_CPU = Case("1,000 members, controller", "% of a core", higher_is_better=False)
MANY_ANSWER = Case("1,000 members, answer (99%)", "ms", higher_is_better=False)
HASTY_CPU = Case("1,000 hasty members, controller", "% of a core", higher_is_better=False)
HASTY_ANSWER = Case("1,000 hasty members, answer (99%)", "ms", higher_is_better=False)


class _Program:
    """A process that answers a line by a line of numbers."""

    def __init__(self, module: str, *arguments: str):
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env={"PYTHONPATH": ":".join(sys.path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.first_line = self._read()

    def ask(self) -> list[float]:
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return [float(word) for word in self._read().split()]

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise side_by_side.MeasurementError(f"{self._process.args} ended early")
        return line


@contextlib.contextmanager
def _program(module: str, *arguments: str) -> Iterator[_Program]:
    program = _Program(module, *arguments)
    try:
        yield program
    finally:
        program.close()


def measure(kind: str, few: int = FEW, many: int = MANY, seconds: float = SECONDS) -> Measurement:
    """The figures of a server of coordination_server.py."""
    figures: dict[Case, float] = {}
    memory = 0.0
    with _server(kind, few) as server, _members(server, few, "real") as members:
        before = server.ask()[0] + members.ask()[0]
        time.sleep(seconds)
        used = server.ask()[0] + members.ask()[0] - before
        figures[FEW_CPU] = 100 * used / seconds
    for members_kind, cpu, answer in (
        ("simulated", MANY_CPU, MANY_ANSWER),
        ("hasty", HASTY_CPU, HASTY_ANSWER),
    ):
        with _server(kind, many) as server, _members(server, many, members_kind):
            before, began = server.ask()[0], time.perf_counter()
            delays = _probe(server.first_line, seconds)
            after, memory_mb = server.ask()
            figures[cpu] = 100 * (after - before) / (time.perf_counter() - began)
            figures[answer] = 1e3 * sorted(delays)[int(0.99 * len(delays))]
            memory = max(memory, memory_mb)
    return Measurement(figures, memory)


def _server(kind: str, workers: int) -> contextlib.AbstractContextManager[_Program]:
    return _program(coordination_server.__name__, kind, str(workers))


def _members(
    server: _Program, count: int, kind: str
) -> contextlib.AbstractContextManager[_Program]:
    return _program(coordination_members.__name__, server.first_line, str(count), kind)


def _probe(address: str, seconds: float) -> list[float]:
    """How long answers to heartbeats take, in seconds."""
    caller = coordination_pb2.Caller(
        name=coordination_pb2.MemberName(job="worker", index=0), incarnation="incarnation-0"
    )
    request = coordination_pb2.HeartbeatRequest(caller=caller)
    delays = []
    with grpc.insecure_channel(address) as channel:
        heartbeat = coordination_pb2_grpc.CoordinationStub(channel).Heartbeat
        heartbeat(request, timeout=10)
        for _ in range(int(seconds * _PROBES_PER_SECOND)):
            began = time.perf_counter()
            heartbeat(request, timeout=10)
            delays.append(time.perf_counter() - began)
            time.sleep(1 / _PROBES_PER_SECOND)
    return delays


def main(arguments: Sequence[str]) -> int:
    options = side_by_side.parse_arguments(__doc__, arguments)
    ours = Contender("Frazo", lambda: measure("frazo"))
    bare = Contender("gRPC alone", lambda: measure("bare"))
    return side_by_side.run(lambda: side_by_side.compare(ours, [bare], options.rounds), options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
