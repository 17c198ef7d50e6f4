"""Addresses of servers: host:port, [IPv6]:port."""

import ipaddress
import re
from typing import NamedTuple

_PORT = re.compile(r"[0-9]{1,5}")
_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
_DIGITS_AND_DOTS = re.compile(r"[0-9.]+")
_LOCALHOST = "localhost"


class AddressError(ValueError):
    """A text that is no address. str() says what is wrong, and the remedy."""


class Address(NamedTuple):
    """Where a server listens.

    Attributes:
      host: A name in lower case, an IPv4 address, or an IPv6 address without brackets.
      port: 0 to 65535; 0 stands for any free port.
    """

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str) -> Address:
    """Reads host:port.

    Raises:
      AddressError: The text is no such address.
    """
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or not rest.startswith(":"):
            raise AddressError(f'"{text}" is no address; expected [IPv6]:port, as in [::1]:7000')
        return Address(_ipv6(host, text), _port(rest[1:], text))
    host, colon, port = text.rpartition(":")
    if not colon:
        raise AddressError(f'"{text}" has no port; expected host:port, as in 10.0.0.2:7000')
    if ":" in host:
        raise AddressError(f'"{text}": an IPv6 address stands in brackets, as in [::1]:7000')
    return Address(_host(host, text), _port(port, text))


def is_loopback(host: str) -> bool:
    """Returns whether only processes of the same machine reach the host."""
    if host == _LOCALHOST:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_wildcard(host: str) -> bool:
    """Returns whether the host stands for all addresses of a machine: 0.0.0.0 or ::."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def _host(host: str, text: str) -> str:
    if not _HOST.fullmatch(host):
        problem = f'"{host}" is no host' if host else "the host is missing"
        raise AddressError(f'"{text}": {problem}; expected host:port, as in 10.0.0.2:7000')
    if _DIGITS_AND_DOTS.fullmatch(host):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise AddressError(
                f'"{text}": "{host}" is no IPv4 address; expected four numbers up to 255'
            ) from None
    return host.lower()


def _ipv6(host: str, text: str) -> str:
    try:
        return str(ipaddress.IPv6Address(host))
    except ValueError:
        raise AddressError(
            f'"{text}": "{host}" is no IPv6 address; expected one such as [::1]:7000'
        ) from None


def _port(port: str, text: str) -> int:
    if not _PORT.fullmatch(port) or int(port) > 65535:
        raise AddressError(f'"{text}": "{port}" is no port; expected a number up to 65535')
    return int(port)
