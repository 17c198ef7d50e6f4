"""Whether the messages of clients make sense, and how much of their texts is kept."""

import math
import re

from frazo.cluster.member_key import MemberKey, key_of
from frazo.cluster.refusals import MakesNoSense
from frazo.proto import coordination_pb2

# A follower's job has the name of an input in it: evaler_test, evaler_once_dev-2014@300.
_JOB = re.compile(r"[a-z][a-z0-9_.@+-]{0,99}")
_INCARNATION = re.compile(r"[A-Za-z0-9_-]{8,64}")
_BARRIER = re.compile(r"[A-Za-z0-9_./@-]{1,200}")
_MAX_INDEX = 99_999
_MAX_NUMBER = 10**15
_MAX_METRICS = 1000
_MAX_LINE = 1000
_MAX_TEXT = 100_000
# A line break would forge a line of the log, and an escape sequence moves a terminal's cursor.
_UNPRINTABLE = re.compile(r"[^\t\n -~\u00a0-\U0010ffff]")


def caller_of(caller: coordination_pb2.Caller) -> tuple[MemberKey, str]:
    """Returns who calls: its name and its incarnation.

    Raises:
      MakesNoSense: One of them is not well formed.
    """
    name = caller.name
    if not _JOB.fullmatch(name.job):
        raise MakesNoSense(
            f"caller.name.job: {name.job[:100]!r} is not the name of a job; expected 1 to 100 "
            "lower-case letters, digits and any of _ . @ + -, as in worker or evaler_test"
        )
    if not 0 <= name.index <= _MAX_INDEX:
        raise MakesNoSense(
            f"caller.name.index: {name.index} is out of range; expected 0 to {_MAX_INDEX}"
        )
    if not _INCARNATION.fullmatch(caller.incarnation):
        raise MakesNoSense(
            f"caller.incarnation: {caller.incarnation[:100]!r} is none; expected 8 to 64 letters, "
            "digits, - and _"
        )
    return key_of(name), caller.incarnation


def number_of(value: int, field: str) -> int:
    """Returns the number of a generation or a step. Raises MakesNoSense if it is out of range."""
    if not 0 <= value <= _MAX_NUMBER:
        raise MakesNoSense(f"{field}: {value} is out of range; expected 0 to {_MAX_NUMBER}")
    return value


def barrier_of(request: coordination_pb2.WaitAtBarrierRequest) -> str:
    """Returns the name of a barrier. Raises MakesNoSense if it is none, or the time is none."""
    if not _BARRIER.fullmatch(request.barrier):
        raise MakesNoSense(
            f"barrier: {request.barrier[:100]!r} is no name; expected 1 to 200 letters, digits and "
            "any of _ . / @ -"
        )
    if not (math.isfinite(request.timeout_seconds) and request.timeout_seconds > 0):
        raise MakesNoSense(
            f"timeout_seconds: {request.timeout_seconds} is out of range; expected a number > 0"
        )
    return request.barrier


def status_of(status: coordination_pb2.MemberStatus) -> coordination_pb2.MemberStatus:
    """Returns a member's status with texts of bounded length, in one line each.

    Raises:
      MakesNoSense: There are too many metrics.
    """
    if len(status.metrics) > _MAX_METRICS:
        raise MakesNoSense(
            f"status.metrics: {len(status.metrics)} are too many; expected at most {_MAX_METRICS}"
        )
    status.state = line_of(status.state)
    status.message = line_of(status.message)
    return status


def line_of(text: str) -> str:
    """Returns the start of a text as one line that can be printed."""
    return text_of(text[:_MAX_LINE]).replace("\n", " ").replace("\t", " ")


def text_of(text: str) -> str:
    """Returns the end of a text of several lines, which can be printed."""
    return _UNPRINTABLE.sub("?", text[-_MAX_TEXT:])
