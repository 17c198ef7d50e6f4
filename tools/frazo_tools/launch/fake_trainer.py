"""A program with the trainer's flags that computes nothing, for tests of the launcher.

The folder that FRAZO_FAKE names says what each task does, in the file TASK.json
("worker_1.json"): a list with a word for each start, of which the last counts for all later
ones:
    finish     goes some steps, then ends well (what all do without a file)
    run        goes steps until it is asked to stop
    crash      has an exception, and tells nobody
    permanent  tells the controller that it failed by what would come again
    usage      finds its command line wrong
    deaf       obeys no signal and no order
"""

import argparse
import contextlib
import dataclasses
import json
import os
import signal
import sys
import time
from pathlib import Path

from frazo.cluster.client import CoordinationClient
from frazo.cluster.cluster_file import read_cluster_file
from frazo.cluster.controller import Controller
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.proto import cluster_pb2, coordination_pb2

STEPS = 20
_STEP_SECONDS = 0.02
_OUTCOME = coordination_pb2.LeaveRequest


@dataclasses.dataclass
class _Stop:
    """Whether the task was asked to stop.

    It has no lock: the handler of a signal interrupts the thread that reads it, and would wait for
    a lock of that thread for ever.
    """

    is_asked: bool = False

    def ask(self, *_: object) -> None:
        """Asks. It may handle a signal."""
        self.is_asked = True


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("--job", "--cluster", "--logdir"):
        parser.add_argument(name)
    parser.add_argument("--task", type=int, default=0)
    flags, _ = parser.parse_known_args()
    stop = _Stop()
    # Until it trains: whoever waits for the controller ends at once.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    name = f"{flags.job}_{flags.task}" if flags.job in ("worker", "ps") else flags.job
    behaviour = _behaviour(name)
    print(f"{name}: {behaviour}")
    if behaviour == "usage":
        print("error: --set trian.max_steps: no such field", file=sys.stderr)
        return 2
    if behaviour == "crash":
        raise RuntimeError(f"{name} broke")
    if behaviour == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        while True:
            time.sleep(1)
    cluster = read_cluster_file(flags.cluster).checked([])
    console = Console()
    if flags.job == "controller":
        return _control(cluster, Path(flags.logdir), console, stop)
    member = coordination_pb2.MemberName(job=flags.job, index=flags.task)
    joins = flags.job == ("trainer" if cluster.parameter_servers else "worker")
    client = CoordinationClient(cluster, member, console)
    return _take_part(client, behaviour, joins, stop)


def _behaviour(name: str) -> str:
    """Returns what this start does, and counts it."""
    folder = Path(os.environ["FRAZO_FAKE"])
    with open(folder / f"{name}.starts", "a") as starts:
        starts.write(f"{os.getpid()}\n")
    count = len((folder / f"{name}.starts").read_text().splitlines())
    file = folder / f"{name}.json"
    words = json.loads(file.read_text()) if file.exists() else ["finish"]
    return words[min(count, len(words)) - 1]


def _control(cluster: cluster_pb2.Cluster, logdir: Path, console: Console, stop: _Stop) -> int:
    signal.signal(signal.SIGTERM, stop.ask)
    with Controller(cluster, logdir, console) as controller:
        while not stop.is_asked:
            outcome = controller.wait_until_over(0.1)
            if outcome is not None:
                return 1 if outcome.failed else 0
    return 0


def _take_part(
    client: CoordinationClient,
    behaviour: str,
    joins: bool,
    stop: _Stop,
) -> int:
    status = coordination_pb2.MemberStatus(state="starting", max_steps=STEPS)
    client.register("seed: 1", "")
    client.start_heartbeats(
        lambda: status, lambda orders: stop.ask() if orders.stop is not None else None
    )
    try:
        if behaviour == "permanent":
            client.leave(
                _OUTCOME.FAILED, "the weights are wrong", "Traceback: here", is_permanent=True
            )
            print("error: the weights are wrong", file=sys.stderr)
            return 1
        while not stop.is_asked:
            generation = client.join_generation() if joins else None
            if joins and generation is None:
                break
            signal.signal(signal.SIGTERM, stop.ask)
            status.state, status.step = "training", 0
            if _go_steps(client, status, behaviour == "finish", generation, stop):
                break
        order = client.orders.stop
        failed = order is not None and order.failed
        client.leave(_OUTCOME.STOPPED if stop.is_asked else _OUTCOME.FINISHED)
        return 1 if failed else 0
    finally:
        client.close()


def _go_steps(
    client: CoordinationClient,
    status: coordination_pb2.MemberStatus,
    finishes: bool,
    generation: coordination_pb2.Generation | None,
    stop: _Stop,
) -> bool:
    """Goes steps. Returns whether the run is over; else the generation is."""
    while True:
        time.sleep(_STEP_SECONDS)
        if stop.is_asked:
            return True
        status.step += 1
        print(f"step: {status.step}")
        if finishes and generation is not None and status.step == STEPS:
            # Only the first one writes.
            with contextlib.suppress(JobError):
                client.record_progress(finished_step=STEPS)
                return True
        if client.orders.progress.HasField("finished_step"):
            return True
        if generation is not None and client.orders.generation > generation.number:
            return False


if __name__ == "__main__":
    sys.exit(main())
