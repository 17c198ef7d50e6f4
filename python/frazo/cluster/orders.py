"""What the controller wants of a member."""

from typing import NamedTuple

from frazo.proto import coordination_pb2


class Orders(NamedTuple):
    """What the last answered heartbeat told.

    generation: the newest; greater than the member's own: that one has ended, by `reason`. stop:
    save and stop; None: go on. checkpoint_requests: counts them. regroup: a worker waits to join.
    progress: that of the run.
    """

    generation: int = 0
    reason: str = ""
    stop: coordination_pb2.StopOrder | None = None
    checkpoint_requests: int = 0
    regroup: bool = False
    progress: coordination_pb2.RunProgress = coordination_pb2.RunProgress()

    def are_those_of(self, other: "Orders") -> bool:
        """Whether there is nothing new to be done since `other`."""
        return self[:1] + self[2:5] == other[:1] + other[2:5]


def orders_of(response: coordination_pb2.HeartbeatResponse) -> Orders:
    return Orders(
        response.generation,
        response.reason,
        response.stop if response.HasField("stop") else None,
        response.checkpoint_requests,
        response.regroup,
        response.progress,
    )
