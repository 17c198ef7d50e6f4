"""Names of members, as people read them: worker 1."""

from typing import NamedTuple

from frazo.proto import cluster_pb2, coordination_pb2

# Only so many members of a long list are named.
_NAMED = 5


class MemberKey(NamedTuple):
    """A job, and the number of a member in it, from 0."""

    job: str
    index: int

    def __str__(self) -> str:
        return f"{self.job} {self.index}"

    def message(self) -> coordination_pb2.MemberName:
        return coordination_pb2.MemberName(job=self.job, index=self.index)


def key_of(name: coordination_pb2.MemberName) -> MemberKey:
    return MemberKey(name.job, name.index)


def training_members(cluster: cluster_pb2.Cluster) -> dict[MemberKey, str]:
    """The members that a generation is made of, with their addresses, in their order.

    They are the workers. With parameter servers it is the trainer alone, which schedules the
    workers' steps and writes the checkpoints.
    """
    if cluster.parameter_servers:
        return {MemberKey("trainer", 0): cluster.trainer}
    return {MemberKey("worker", index): address for index, address in enumerate(cluster.workers)}


def listed(members: dict[MemberKey, str]) -> str:
    """Returns "worker 1 (10.0.0.2:7001), worker 2 (10.0.0.3:7001)".

    Args:
      members: Each member's address; "": none is known.
    """
    texts = [f"{key} ({address})" if address else str(key) for key, address in members.items()]
    more = len(texts) - _NAMED
    return ", ".join(texts[:_NAMED]) + (f" and {more} more" if more > 0 else "")
