"""Checks a cluster as a whole. Importing this makes frazo.config check it wherever it is read."""

import re

from frazo.cluster.address import Address, AddressError, is_loopback, is_wildcard, parse_address
from frazo.config.paths import Key
from frazo.config.validators import Fail, validates
from frazo.proto import cluster_pb2

_FOLLOWER = re.compile(r"(evaler|decoder)_[^,]+", re.IGNORECASE)
_TLS_FILES = ("ca_file", "certificate_file", "key_file")


@validates(cluster_pb2.Cluster)
def check_layout(cluster: cluster_pb2.Cluster, fail: Fail) -> None:
    """Checks what concerns several fields, and addresses. `fail` raises the error."""
    addresses = _addresses(cluster, fail)
    _check_that_all_differ(addresses, fail)
    _check_web(cluster, addresses, fail)
    _check_reach(addresses, fail)
    _check_numbers(cluster, fail)
    _check_security(cluster, fail)
    _check_followers(cluster, fail)
    if cluster.HasField("trainer") and not cluster.parameter_servers:
        problem = "only asynchronous training has it; add parameter_servers, or remove it"
        fail(problem, "trainer")


@validates(cluster_pb2.ClusterSecurity)
def _tls_has_all_its_files(security: cluster_pb2.ClusterSecurity, fail: Fail) -> None:
    missing = [name for name in _TLS_FILES if not getattr(security, name)]
    if missing and len(missing) < len(_TLS_FILES):
        given = next(name for name in _TLS_FILES if name not in missing)
        problem = f"TLS needs {', '.join(_TLS_FILES)}; add {' and '.join(missing)}, or remove this"
        fail(problem, given)


Parts = tuple[Key, ...]


def _addresses(cluster: cluster_pb2.Cluster, fail: Fail) -> dict[Parts, Address]:
    """Returns the addresses by the parts of their paths."""
    texts: dict[Parts, str] = {("controller",): cluster.controller}
    for field in ("workers", "parameter_servers"):
        texts |= {(field, index): text for index, text in enumerate(getattr(cluster, field))}
    if cluster.HasField("trainer"):
        texts["trainer",] = cluster.trainer
    addresses = {}
    for parts, text in texts.items():
        try:
            addresses[parts] = parse_address(text)
        except AddressError as error:
            fail(str(error), *parts)
    return addresses


def _check_that_all_differ(addresses: dict[Parts, Address], fail: Fail) -> None:
    first: dict[Address, str] = {}
    for parts, address in addresses.items():
        if address.port == 0:
            problem = (
                f"{address}: others cannot know port 0; write its number, or give the file to "
                "//tools:launch, which finds free ports of this machine"
            )
            fail(problem, *parts)
        if is_wildcard(address.host):
            problem = (
                f"{address}: nobody can call {address.host}; write the machine's name or address"
            )
            fail(problem, *parts)
        # Both names are of one socket.
        alike = address._replace(host="127.0.0.1") if address.host == "localhost" else address
        name = "".join(f"[{part}]" if isinstance(part, int) else part for part in parts)
        if alike in first:
            problem = f"{address} is also that of {first[alike]}; give each a port of its own"
            fail(problem, *parts)
        first[alike] = name


def _check_web(cluster: cluster_pb2.Cluster, addresses: dict[Parts, Address], fail: Fail) -> None:
    if not cluster.HasField("web"):
        return
    try:
        web = parse_address(cluster.web)
    except AddressError as error:
        fail(str(error), "web")
    if web in addresses.values():
        fail(f"{web} is also that of another server; give each a port of its own", "web")


def _check_reach(addresses: dict[Parts, Address], fail: Fail) -> None:
    here = [parts for parts, address in addresses.items() if is_loopback(address.host)]
    if here and len(here) < len(addresses):
        far = next(address for address in addresses.values() if not is_loopback(address.host))
        problem = (
            f"only its own machine reaches {addresses[here[0]]}, and {far} is on another network; "
            "write addresses that all members reach"
        )
        fail(problem, *here[0])


def _check_numbers(cluster: cluster_pb2.Cluster, fail: Fail) -> None:
    workers = len(cluster.workers)
    if cluster.min_workers > workers:
        problem = f"{cluster.min_workers} of {workers} workers; expected {workers} at most"
        fail(problem, "min_workers")
    for name in ("lease_seconds", "controller_timeout_seconds"):
        if not getattr(cluster, name) > cluster.heartbeat_seconds:
            problem = (
                f"{getattr(cluster, name):g} s are over before the next heartbeat; expected more than "
                f"heartbeat_seconds, {cluster.heartbeat_seconds:g}"
            )
            fail(problem, name)


def _check_security(cluster: cluster_pb2.Cluster, fail: Fail) -> None:
    security = cluster.security
    if security.insecure or security.ca_file:
        return
    for field in ("controller", "web"):
        if not cluster.HasField(field):
            continue
        address = parse_address(getattr(cluster, field))
        if not is_loopback(address.host):
            problem = (
                f"other machines reach {address}: add security {{ ca_file: ... "
                "certificate_file: ... key_file: ... }, or security { insecure: true } within a "
                "network that you trust"
            )
            fail(problem, "security" if cluster.HasField("security") else field)


def _check_followers(cluster: cluster_pb2.Cluster, fail: Fail) -> None:
    for index, name in enumerate(cluster.followers):
        if not _FOLLOWER.fullmatch(name):
            problem = (
                f'"{name}" is no job that follows checkpoints; expected evaler_NAME or decoder_NAME'
            )
            fail(problem, "followers", index)
        if name.casefold() in (other.casefold() for other in cluster.followers[:index]):
            fail(f"{name} stands there twice; remove one", "followers", index)
