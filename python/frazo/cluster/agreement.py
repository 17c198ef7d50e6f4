"""What all members of a run must have in common: versions, experiment and cluster."""

import hashlib

from frazo.cluster.member_key import MemberKey
from frazo.cluster.refusals import CannotBelong
from frazo.config.changes import changed_fields
from frazo.config.resolved import with_defaults
from frazo.proto import cluster_pb2, experiment_pb2
from google.protobuf import text_format
from google.protobuf.message import Message

# A member that differs in more is told only so much.
_SHOWN_DIFFERENCES = 5


class Agreement:
    """The controller's cluster, and the versions and the experiment of whoever came first."""

    def __init__(self, cluster: cluster_pb2.Cluster):
        self._cluster = _shared(cluster)
        self._version = ""
        self._experiment: str | None = None
        self._first: MemberKey | None = None

    @property
    def experiment(self) -> str | None:
        """The text of the experiment; None: nobody has come yet."""
        return self._experiment

    def check(
        self, key: MemberKey, version: str, experiment: str, cluster: cluster_pb2.Cluster
    ) -> None:
        """Checks what a member has; the first one decides.

        Raises:
          CannotBelong: It differs; the text says where.
        """
        differences = _differences(self._cluster, _shared(cluster))
        if differences:
            raise _differs(key, "cluster", "the controller's", differences)
        if self._experiment is None:
            self._version, self._experiment, self._first = version, experiment, key
            return
        if version != self._version:
            raise CannotBelong(
                f"{key} has {version}, but {self._first} has {self._version}; install the same "
                "versions on all machines"
            )
        if experiment != self._experiment:
            differences = _text_differences(self._experiment, experiment)
            if differences:
                raise _differs(key, "experiment", f"that of {self._first}", differences)


def text_hash(experiment: str) -> str:
    """Returns the SHA-256 of an experiment's text, in hexadecimal digits."""
    return hashlib.sha256(experiment.encode()).hexdigest()


def _shared(cluster: cluster_pb2.Cluster) -> Message:
    """The part of a cluster that is the same on all machines: files may have other paths, and who
    reaches the controller has its address right.
    """
    shared = cluster_pb2.Cluster()
    shared.CopyFrom(cluster)
    for field in ("security", "controller", "web"):
        shared.ClearField(field)
    return with_defaults(shared)


def _differences(before: Message, after: Message) -> list[str]:
    # The usual case, and much quicker to see.
    if before == after:
        return []
    return [f"{path} is {new}, not {old}" for path, old, new in changed_fields(before, after)]


def _text_differences(before: str, after: str) -> list[str]:
    try:
        old, new = (
            text_format.Parse(text, experiment_pb2.Experiment()) for text in (before, after)
        )
    except text_format.ParseError:
        # Messages of a project of the user's own, which the controller has not loaded.
        old_lines, new_lines = set(before.splitlines()), set(after.splitlines())
        return [f'"{line.strip()}" is added' for line in sorted(new_lines - old_lines)] + [
            f'"{line.strip()}" is missing' for line in sorted(old_lines - new_lines)
        ]
    # changed_fields leaves out what does not change the training.
    return _differences(old, new)


def _differs(key: MemberKey, what: str, owner: str, differences: list[str]) -> CannotBelong:
    shown = "; ".join(differences[:_SHOWN_DIFFERENCES])
    more = len(differences) - _SHOWN_DIFFERENCES
    if more > 0:
        shown += f"; and {more} more"
    return CannotBelong(
        f"the {what} of {key} differs from {owner}: {shown}. Start all members with the same {what}"
    )
