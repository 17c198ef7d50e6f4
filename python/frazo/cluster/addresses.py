"""Addresses of members: host:port, [IPv6]:port."""

import ipaddress
import re
import socket
from typing import NamedTuple

from frazo.program.errors import JobError

_ADDRESS = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^:/\[\]\s]+)):(?P<port>\d{1,5})"
)
_MAX_PORT = 65535


class Address(NamedTuple):
    """A host, without brackets, and a port; port 0: any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str, what: str) -> Address:
    """Reads an address.

    Args:
      text: host:port.
      what: Where it was written, for the error: "cluster.controller".

    Raises:
      JobError: It is not an address.
    """
    match = _ADDRESS.fullmatch(text)
    if match is None or int(match["port"]) > _MAX_PORT:
        raise JobError(
            f'{what}: "{text}" is not an address; expected host:port, with [ ] around an IPv6 '
            f"address, and a port from 0 to {_MAX_PORT}"
        )
    return Address(match["ipv6"] or match["host"], int(match["port"]))


def is_loopback(address: Address) -> bool:
    """Whether an address can be reached from this machine only. A name must stand for such
    addresses alone.
    """
    try:
        return ipaddress.ip_address(address.host).is_loopback
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(ipaddress.ip_address(entry[4][0]).is_loopback for entry in found)


def why_not_bound(address: Address) -> str:
    """Tells why no server can listen on an address: "Address already in use"; "" if one can."""
    try:
        found = socket.getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        for family, kind, protocol, _, place in found:
            with socket.socket(family, kind, protocol) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind(place)
                probe.listen(1)
    except OSError as error:
        return error.strerror or str(error)
    return ""


def somebody_listens(address: Address, timeout_seconds: float) -> bool:
    """Whether a server accepts connections at an address."""
    try:
        with socket.create_connection((address.host, address.port), timeout_seconds):
            return True
    except OSError:
        return False
