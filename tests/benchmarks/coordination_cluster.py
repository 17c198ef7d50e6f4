"""The cluster of coordination.py."""

from frazo.proto import cluster_pb2


def cluster(controller: str, workers: int) -> cluster_pb2.Cluster:
    """A cluster with the default times, whose workers all have to come before any trains."""
    addresses = [f"127.0.0.1:{10_000 + index}" for index in range(workers)]
    return cluster_pb2.Cluster(controller=controller, workers=addresses)
