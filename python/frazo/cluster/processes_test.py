"""The control plane in real processes that are killed, frozen and started twice."""

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

import grpc
import pytest
from frazo.cluster import role_program
from frazo.cluster.loopback_run import PATIENCE_SECONDS, quick_cluster, wait_until
from frazo.proto import coordination_pb2, coordination_pb2_grpc

SEED = int(os.environ.get("FRAZO_TEST_SEED") or 0)


class Role:
    """A process; `lines` is what it wrote so far."""

    def __init__(self, logdir, cluster, job, index=0):
        self.process = subprocess.Popen(
            [sys.executable, role_program.__file__, str(logdir), str(cluster), job, str(index)],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def saw(self, pattern: str, start: int = 0) -> re.Match | None:
        return next(filter(None, (re.search(pattern, line) for line in self.lines[start:])), None)

    def wait_for(self, pattern: str, start: int = 0) -> re.Match:
        """Waits for a line, from the `start`-th on."""

        def arrived() -> bool:
            if self.process.poll() is not None:
                self._reader.join(PATIENCE_SECONDS)
                assert self.saw(pattern, start), self.lines
            return self.saw(pattern, start) is not None

        wait_until(arrived)
        match = self.saw(pattern, start)
        assert match
        return match

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def exit_code(self) -> int:
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join(PATIENCE_SECONDS)
        return code

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        self._reader.join()


class ProcessRun:
    """Processes of one run, and a client that watches it."""

    def __init__(self, logdir, **fields):
        self.logdir = logdir
        self.cluster = quick_cluster(**fields)
        self.roles: list[Role] = []

    def start(self, job: str, index: int = 0) -> Role:
        role = Role(self.logdir, self.cluster, job, index)
        self.roles.append(role)
        return role

    def start_controller(self) -> Role:
        role = self.start("controller")
        self.cluster.controller = role.wait_for("listens on (.*)")[1]
        return role

    def status(self) -> coordination_pb2.RunStatus:
        with grpc.insecure_channel(self.cluster.controller) as channel:
            return coordination_pb2_grpc.CoordinationStub(channel).GetRunStatus(
                coordination_pb2.GetRunStatusRequest(),
                timeout=PATIENCE_SECONDS,
                wait_for_ready=True,
            )

    def stop(self) -> None:
        with grpc.insecure_channel(self.cluster.controller) as channel:
            coordination_pb2_grpc.CoordinationStub(channel).RequestStop(
                coordination_pb2.RequestStopRequest(reason="the test is over"),
                timeout=PATIENCE_SECONDS,
            )


@pytest.fixture(name="start_run")
def _start_run(tmp_path):
    with contextlib.ExitStack() as opened:

        def start(**fields) -> ProcessRun:
            run = ProcessRun(tmp_path / "run", **fields)
            opened.callback(lambda: [role.close() for role in run.roles])
            return run

        yield start


def test_a_controller_that_is_killed_and_started_again_disturbs_nobody(start_run):
    run = start_run()
    controller = run.start_controller()
    workers = [run.start("worker", index) for index in range(2)]
    for worker in workers:
        worker.wait_for("generation 1 of 2")
    rng = random.Random(SEED)
    for epoch in (2, 3, 4):
        time.sleep(rng.uniform(0, 0.5))
        controller.send(signal.SIGKILL)
        controller.exit_code()
        time.sleep(rng.uniform(0, 1))
        controller = run.start_controller()
        start = len(workers[0].lines)
        # A checkpoint is recorded in the same generation.
        workers[0].wait_for("recorded in 1", start)
        wait_until(lambda: len(run.status().members) == 2)
        status = run.status()
        assert (status.epoch, status.generation, status.state) == (epoch, 1, "training")
    run.stop()
    assert [worker.exit_code() for worker in workers] == [0, 0]
    assert controller.exit_code() == 0
    assert controller.saw(r"over: RunOutcome\(failed=False, reason='the test is over'\)")
    assert not any(worker.saw("generation 2") for worker in workers)


def test_a_second_controller_of_the_logdir_ends_with_the_reason(start_run):
    run = start_run()
    first = run.start_controller()
    run.cluster.controller = "127.0.0.1:0"
    second = run.start("controller")
    assert second.exit_code() == 1
    assert second.lines == [
        f"error: {run.logdir}/control/lock: another controller (process {first.process.pid}) is "
        f"writing to {run.logdir}/control. Wait for it, end it, or give another --logdir."
    ]
    assert first.process.poll() is None


def test_a_process_whose_place_is_taken_ends_with_the_reason(start_run):
    run = start_run()
    run.start_controller()
    old, other = run.start("worker", 0), run.start("worker", 1)
    for worker in (old, other):
        worker.wait_for("generation 1 of 2")
    new = run.start("worker", 0)
    assert old.exit_code() == 1
    assert old.saw(r"another process took the place of worker 0: .*, process (\d+)")[1] == str(
        new.process.pid
    )
    for worker in (new, other):
        worker.wait_for("generation 2 of 2")
    assert old.saw("recorded in 2") is None


def test_a_frozen_writer_is_lost_and_fenced_when_it_wakes(start_run):
    run = start_run(min_workers=1)
    run.start_controller()
    writer, other = run.start("worker", 0), run.start("worker", 1)
    rng = random.Random(SEED)
    generation = 1
    for _ in range(2):
        writer.wait_for(f"generation {generation} of 2")
        other.wait_for(f"generation {generation} of 2")
        time.sleep(rng.uniform(0, 0.5))
        writer.send(signal.SIGSTOP)
        other.wait_for(f"generation {generation + 1} of 1")
        other.wait_for(f"recorded in {generation + 1}")
        frozen = len(writer.lines)
        writer.send(signal.SIGCONT)
        writer.wait_for(r"over: .*gave no sign of life for 3 s", frozen)
        # A call that was on its way when it froze may have been answered before.
        told = [line for line in writer.lines[frozen:] if line == f"recorded in {generation}"]
        assert len(told) <= 1
        # It asks to join; the other trains on until it is asked to make room.
        writer.wait_for("worker 0 waits until generation", frozen)
        other.send(signal.SIGKILL)
        other.exit_code()
        other = run.start("worker", 1)
        generation += 2


def test_a_worker_that_is_killed_and_started_again_joins_the_next_generation(start_run):
    run = start_run()
    run.start_controller()
    workers = [run.start("worker", index) for index in range(2)]
    for number in (1, 2, 3):
        for worker in workers:
            worker.wait_for(f"generation {number} of 2")
        workers[number % 2].send(signal.SIGKILL)
        workers[number % 2].exit_code()
        workers[number % 2] = run.start("worker", number % 2)
    for worker in workers:
        worker.wait_for("generation 4 of 2")
    run.stop()
    assert [worker.exit_code() for worker in workers] == [0, 0]


def test_all_processes_killed_and_started_again_go_on_with_greater_numbers(start_run):
    run = start_run()
    for number in (1, 2, 3):
        roles = [run.start_controller()]
        roles += [run.start("worker", index) for index in range(2)]
        for worker in roles[1:]:
            worker.wait_for(f"generation {number} of 2")
        for role in roles:
            role.send(signal.SIGKILL)
        for role in roles:
            role.exit_code()
