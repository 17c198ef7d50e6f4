"""A cluster at other addresses."""

from collections.abc import Callable

from frazo.cluster.address import parse_address
from frazo.proto import cluster_pb2
from google.protobuf import text_format

# Each task has a host of its own: they may have the same port.
PORT = 7000
WEB_PORT = 7001


def relocated(
    cluster: cluster_pb2.Cluster, address_of: Callable[[str], str]
) -> cluster_pb2.Cluster:
    """Returns a cluster whose tasks are elsewhere.

    Args:
      cluster: The cluster.
      address_of: Returns the address of a task by its name: "controller", "worker 1".
    """
    moved = cluster_pb2.Cluster()
    moved.CopyFrom(cluster)
    moved.controller = address_of("controller")
    moved.workers[:] = [address_of(f"worker {n}") for n in range(len(cluster.workers))]
    servers = range(len(cluster.parameter_servers))
    moved.parameter_servers[:] = [address_of(f"ps {n}") for n in servers]
    moved.ClearField("trainer")
    if cluster.parameter_servers:
        moved.trainer = address_of("trainer")
    moved.ClearField("web")
    return moved


def with_web(cluster: cluster_pb2.Cluster) -> cluster_pb2.Cluster:
    """Returns a cluster whose controller also serves pages."""
    host = parse_address(cluster.controller)
    cluster.web = str(host._replace(port=WEB_PORT))
    return cluster


def trust_network(cluster: cluster_pb2.Cluster) -> cluster_pb2.Cluster:
    """Permits plain text, unless the cluster has TLS: the network is the run's own."""
    if not cluster.security.ca_file:
        cluster.security.insecure = True
    return cluster


def cluster_text(cluster: cluster_pb2.Cluster) -> str:
    """Returns a cluster as a textproto."""
    return text_format.MessageToString(cluster)
