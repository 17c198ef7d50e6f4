"""A run as people see it: RunStatus."""

from collections.abc import Callable

from frazo.cluster.coordination import Coordination
from frazo.proto import coordination_pb2


def run_status(
    coordination: Coordination, unix_clock: Callable[[], float]
) -> coordination_pb2.RunStatus:
    """Returns the state of the run, its members and its events.

    Args:
      coordination: All that the controller knows.
      unix_clock: Returns the seconds since 1970.
    """
    now = coordination.now()
    status = coordination_pb2.RunStatus(
        epoch=coordination.epoch,
        generation=coordination.generations.number,
        state=coordination.state(),
        reason=coordination.reason(),
        progress=coordination.progress.message(),
        events=coordination.events.events(),
        unix_seconds=unix_clock(),
    )
    for member in sorted(coordination.members, key=lambda member: member.key):
        status.members.add(
            name=member.key.message(),
            host=member.host,
            process=member.process,
            address=member.address,
            status=member.status,
            heartbeat_age_seconds=max(now - member.last_seen, 0.0),
            starts=member.starts,
            life=member.life,
            message=member.message,
            traceback=member.traceback,
        )
    return status
