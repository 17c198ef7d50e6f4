"""The name of a member for people."""

from frazo.proto import coordination_pb2

_NUMBERED_JOBS = ("worker", "ps")


def member_label(name: coordination_pb2.MemberName) -> str:
    """Returns "worker 1", and "evaler_test" of a job that has one member."""
    is_numbered = name.job in _NUMBERED_JOBS or name.index
    return f"{name.job} {name.index}" if is_numbered else name.job
