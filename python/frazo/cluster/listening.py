"""Whether servers listen, and could listen, on an address."""

import socket

from frazo.cluster.address import Address


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
