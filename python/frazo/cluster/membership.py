"""Who belongs to a run, and who gave a sign of life.

Member: the holder of a name. Incarnation: one process that held it. The newest registration of a
name wins; an incarnation that was replaced, or has left, never belongs to the run again.
"""

import collections
import dataclasses
from collections.abc import Iterator
from typing import NamedTuple

from frazo.cluster.member_key import MemberKey
from frazo.cluster.refusals import CannotBelong, NotRegistered
from frazo.proto import coordination_pb2

Life = coordination_pb2.RunStatus.Member.Life

# Bounds what a client that registers under ever new names can make the controller keep.
MAX_MEMBERS = 10_000
_REMEMBERED_INCARNATIONS = 64


class Registration(NamedTuple):
    """What a process tells of itself when it registers."""

    key: MemberKey
    incarnation: str
    host: str
    process: int
    address: str


@dataclasses.dataclass
class Member:
    """The present holder of a name.

    last_seen: the controller's clock at its last sign of life, s. generation: the one that it says
    it trains in; 0: none. starts: how many incarnations there were, with this one.
    """

    key: MemberKey
    incarnation: str
    host: str
    process: int
    address: str
    last_seen: float
    starts: int = 1
    life: Life = Life.ALIVE
    generation: int = 0
    status: coordination_pb2.MemberStatus = dataclasses.field(
        default_factory=coordination_pb2.MemberStatus
    )
    message: str = ""
    traceback: str = ""

    @property
    def has_left(self) -> bool:
        return self.life in (Life.FINISHED, Life.STOPPED, Life.FAILED)

    def __str__(self) -> str:
        return f"{self.key} ({self.address})" if self.address else str(self.key)

    def process_text(self) -> str:
        return f"{self.host}, process {self.process}"


class Membership:
    """All members. It has no clock of its own: `now` is seconds of any clock that only grows."""

    def __init__(self, lease_seconds: float):
        self._lease_seconds = lease_seconds
        self._members: dict[MemberKey, Member] = {}
        self._replaced: dict[MemberKey, collections.deque[str]] = {}
        # Holders of names at an earlier controller, until they register at this one.
        self._absent: dict[MemberKey, Registration] = {}
        # Grows whenever holders() changes.
        self.version = 0
        # Counts the processes that took the place of another one.
        self.replacements = 0

    def __iter__(self) -> Iterator[Member]:
        return iter(self._members.values())

    def __len__(self) -> int:
        return len(self._members)

    def get(self, key: MemberKey) -> Member | None:
        return self._members.get(key)

    def alive(self) -> list[Member]:
        return [member for member in self if member.life == Life.ALIVE]

    def holders(self) -> list[Registration]:
        """Those that hold a name, for the next controller."""
        present = [
            Registration(m.key, m.incarnation, m.host, m.process, m.address)
            for m in self
            if not m.has_left
        ]
        return present + list(self._absent.values())

    def resume(self, holders: list[Registration]) -> None:
        """Continues an earlier controller's work, before anything else is called."""
        self._absent = {holder.key: holder for holder in holders}

    def admit(self, registration: Registration, is_return: bool, now: float) -> tuple[Member, bool]:
        """Registers a process. A repeated registration changes nothing but its last sign of life.

        Args:
          registration: The process.
          is_return: Whether it was registered at an earlier controller: it is older than another
            one that holds the name.
          now: The time.

        Returns:
          The member, and whether it is a process that was not registered.

        Raises:
          CannotBelong: The process was replaced, has left, or is one too many.
        """
        key, incarnation = registration.key, registration.incarnation
        member = self._members.get(key)
        if member is not None and member.incarnation == incarnation:
            self._require_present(member)
            self._see(member, now)
            return member, False
        before = member or self._absent.get(key)
        other = before if before is not None and before.incarnation != incarnation else None
        if other is not None and (is_return or incarnation in self._replaced.get(key, ())):
            raise _replaced_by(other)
        if member is None and len(self._members) >= MAX_MEMBERS:
            raise CannotBelong(f"{key} is one member too many: the run has {MAX_MEMBERS}")
        starts = 1 if member is None else member.starts + 1
        self._members[key] = Member(*registration, last_seen=now, starts=starts)
        self.version += 1
        self._absent.pop(key, None)
        if other is not None:
            replaced = self._replaced.setdefault(
                key, collections.deque(maxlen=_REMEMBERED_INCARNATIONS)
            )
            replaced.append(other.incarnation)
            self.replacements += 1
        return self._members[key], True

    def caller(self, key: MemberKey, incarnation: str, now: float) -> Member:
        """Returns the member that calls, and notes that it gave a sign of life.

        Raises:
          NotRegistered: No process is registered under the name.
          CannotBelong: Another process took its place, or it has left.
        """
        member = self._members.get(key)
        if member is not None and incarnation in self._replaced.get(key, ()):
            raise _replaced_by(member)
        if member is None or member.incarnation != incarnation:
            raise NotRegistered(f"{key} is not registered; register first")
        self._require_present(member)
        self._see(member, now)
        return member

    def leave(self, member: Member, life: Life) -> None:
        """Ends a member's part in the run for good."""
        member.life = life
        self.version += 1

    def lose_silent(self, now: float) -> list[Member]:
        """Marks those as lost that were silent for a lease, and returns them."""
        lost = [m for m in self.alive() if m.last_seen + self._lease_seconds <= now]
        for member in lost:
            member.life = Life.LOST
        return lost

    def excuse(self, seconds: float) -> None:
        """Gives all so much more time: the controller itself did not listen for so long."""
        for member in self:
            member.last_seen += seconds

    def _see(self, member: Member, now: float) -> None:
        member.last_seen = max(member.last_seen, now)
        member.life = Life.ALIVE

    def _require_present(self, member: Member) -> None:
        if member.has_left:
            raise CannotBelong(
                f"{member.key} ({member.process_text()}) has left the run; start it again"
            )


def _replaced_by(holder: Member | Registration) -> CannotBelong:
    return CannotBelong(
        f"another process took the place of {holder.key}: {holder.host}, process "
        f"{holder.process}. This one must end; run one process for each member"
    )
