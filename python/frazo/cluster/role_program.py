"""A process that is a member of a run, or its controller, for tests: it writes what it sees.

Arguments: the folder of the run, the cluster as textproto, a job and a number.
"""

import sys
import threading
import time
from pathlib import Path

from frazo.cluster.client import CoordinationClient, GenerationOver, Outcome
from frazo.cluster.controller import Controller
from frazo.program.console import Console
from frazo.program.errors import EXIT_FAILED, EXIT_FINISHED, JobError
from frazo.proto import cluster_pb2, coordination_pb2
from google.protobuf import text_format

EXPERIMENT = "train { max_steps: 10 }"
_PAUSE_SECONDS = 0.05


def main(arguments: list[str]) -> int:
    logdir, text, job, index = arguments
    cluster = text_format.Parse(text, cluster_pb2.Cluster())
    console = Console()
    try:
        if job == "controller":
            return _control(Controller(cluster, Path(logdir), console), console)
        name = coordination_pb2.MemberName(job=job, index=int(index))
        return _train(
            CoordinationClient(cluster, name, console), cluster.workers[int(index)], console
        )
    except JobError as error:
        console.error(str(error))
        return EXIT_FAILED


def _control(controller: Controller, console: Console) -> int:
    with controller:
        outcome = controller.wait_until_over()
    console.line(f"over: {outcome}")
    return EXIT_FINISHED


def _train(client: CoordinationClient, address: str, console: Console) -> int:
    """Trains in one generation after the other: the first worker records a step now and then."""
    client.register(EXPERIMENT, address)
    changed = threading.Event()
    client.start_heartbeats(coordination_pb2.MemberStatus, lambda _: changed.set())
    try:
        while (generation := client.join_generation()) is not None:
            console.line(f"generation {generation.number} of {len(generation.workers)}")
            try:
                _work(client, generation, address, console)
            except GenerationOver as over:
                console.line(f"over: {over}")
        console.line(f"stop: {client.orders.stop.reason if client.orders.stop else ''}")
        client.leave(Outcome.STOPPED)
        return EXIT_FINISHED
    finally:
        client.close()


def _work(
    client: CoordinationClient,
    generation: coordination_pb2.Generation,
    address: str,
    console: Console,
) -> None:
    """Works until the generation is over, or a stop order comes."""
    is_writer = generation.workers[0].address == address
    for step in range(1_000_000):
        orders = client.orders
        if orders.stop is not None and orders.stop.failed:
            raise JobError(orders.stop.reason)
        if orders.stop is not None:
            return
        if orders.generation > generation.number:
            raise GenerationOver(orders.reason)
        if is_writer and client.lease_is_valid():
            client.record_progress(checkpoint_step=step)
            console.line(f"recorded in {generation.number}")
        time.sleep(_PAUSE_SECONDS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
