"""Clusters of one machine, on ports that are free."""

import contextlib
import random
import re
import socket
from pathlib import Path

from frazo.cluster.address import Address, AddressError, is_loopback, parse_address
from frazo.program.errors import JobError, UsageError
from frazo.proto import cluster_pb2

LOOPBACK = "127.0.0.1"
_PREFIX = "local:"
_GIVEN_PORTS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_DEFAULT_GIVEN_PORT = 32768
_FIRST_PORT = 10_000
_TRIES = 100
_SIZE = re.compile(r"(?P<workers>[0-9]{1,3})(\+(?P<parameter_servers>[0-9]{1,3}))?")


def is_local(text: str) -> bool:
    """Returns whether the value of --cluster is local:N or local:N+P."""
    return text.startswith(_PREFIX)


def local_cluster(text: str) -> cluster_pb2.Cluster:
    """Returns a cluster of N workers and P parameter servers, with pages, all with port 0.

    Args:
      text: local:N or local:N+P.

    Raises:
      UsageError: The text is none of them.
    """
    match = _SIZE.fullmatch(text.removeprefix(_PREFIX))
    if match is None or int(match["workers"]) < 1:
        raise UsageError(
            f"--cluster={text}: expected local:N for N workers, or local:N+P for N workers and P "
            "parameter servers, as in local:2+1"
        )
    address = str(Address(LOOPBACK, 0))
    return cluster_pb2.Cluster(
        controller=address,
        workers=[address] * int(match["workers"]),
        parameter_servers=[address] * int(match["parameter_servers"] or 0),
        web=address,
    )


def find_ports(cluster: cluster_pb2.Cluster) -> None:
    """Replaces each port 0 of a loopback address by that of a free port.

    Another process may take a port before its member does: the member then fails, and a restart
    with other ports helps.

    Raises:
      JobError: The machine has no free port.
    """
    with contextlib.ExitStack() as sockets:

        def found(text: str) -> str:
            try:
                address = parse_address(text)
            except AddressError:
                # The check of the layout tells.
                return text
            if address.port or not is_loopback(address.host):
                return text
            return str(address._replace(port=_free_port(address.host, sockets)))

        # All are held until the last is found, so that no two are equal.
        cluster.controller = found(cluster.controller)
        cluster.workers[:] = [found(text) for text in cluster.workers]
        cluster.parameter_servers[:] = [found(text) for text in cluster.parameter_servers]
        for name in ("trainer", "web"):
            if cluster.HasField(name):
                setattr(cluster, name, found(getattr(cluster, name)))


def _free_port(host: str, sockets: contextlib.ExitStack) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = sockets.enter_context(socket.socket(family))
        for port in random.sample(_own_ports(), _TRIES):
            with contextlib.suppress(OSError):
                listener.bind((host, port))
                return listener.getsockname()[1]
        listener.bind((host, 0))
    except OSError as error:
        raise JobError(f"{host}: no port can be had: {error.strerror}") from None
    return listener.getsockname()[1]


def _own_ports() -> range:
    """Returns the ports that the system gives to nobody by itself.

    It would give a port that was found, but is not open yet, to any connection that begins.
    """
    try:
        first = int(_GIVEN_PORTS.read_text(encoding="utf-8").split()[0])
    except (OSError, ValueError, IndexError):
        first = 0
    return range(_FIRST_PORT, first if first >= _FIRST_PORT + _TRIES else _DEFAULT_GIVEN_PORT)
