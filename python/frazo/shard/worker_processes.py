"""Runs a function in several connected processes, for tests."""

import contextlib
import multiprocessing
import random
import socket
from collections.abc import Callable
from typing import Any

# A machine that does much else starts TensorFlow in a minute.
_SECONDS = 300


# The system gives ports above these to connections, which come and go at any time.
_PORTS = range(10_000, 32_000)
# Tests that run at the same time seed `random` alike.
_random = random.SystemRandom()


def free_addresses(count: int) -> list[str]:
    """Returns loopback addresses whose ports no one uses now."""
    sockets = [_free_socket() for _ in range(count)]
    addresses = [f"127.0.0.1:{server.getsockname()[1]}" for server in sockets]
    for server in sockets:
        server.close()
    return addresses


def _free_socket() -> socket.socket:
    while True:
        with contextlib.suppress(OSError):
            return socket.create_server(("127.0.0.1", _random.choice(_PORTS)))


def run_in_workers(count: int, function: Callable[..., Any], *arguments: Any) -> list[Any]:
    """Calls function(rank, count, *arguments) in `count` processes that are connected.

    Args:
      count: The number of processes.
      function: A function of a module.
      *arguments: Can be pickled.

    Returns:
      The results, in the order of the ranks.

    Raises:
      RuntimeError: A process failed; its traceback is on standard error.
      TimeoutError: A process did not end.
    """
    context = multiprocessing.get_context("forkserver")
    # Loaded once, as starting TensorFlow takes seconds; it has no threads before its first op.
    context.set_forkserver_preload(["__main__", "frazo.shard.collective_server"])
    addresses = free_addresses(count)
    pipes, processes = [], []
    for rank in range(count):
        receiver, sender = context.Pipe(duplex=False)
        target = (sender, addresses, rank, function, arguments)
        processes.append(context.Process(target=_run, args=target))
        pipes.append((receiver, sender))
    for process, (_, sender) in zip(processes, pipes, strict=True):
        process.start()
        sender.close()
    try:
        return [_result(receiver, rank) for rank, (receiver, _) in enumerate(pipes)]
    finally:
        for process in processes:
            process.kill()
            process.join()


def _run(sender: Any, addresses: list[str], rank: int, function: Callable, arguments: Any) -> None:
    # Loaded here only: the parent needs no TensorFlow.
    from frazo.shard.collective_server import connect

    connect(addresses, rank)
    sender.send(function(rank, len(addresses), *arguments))
    # The others may still read from this one.
    sender.close()
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()


def _result(receiver: Any, rank: int) -> Any:
    if not receiver.poll(_SECONDS):
        raise TimeoutError(f"process {rank} gave no result within {_SECONDS} s")
    try:
        return receiver.recv()
    except EOFError:
        raise RuntimeError(f"process {rank} failed; see its traceback above") from None
