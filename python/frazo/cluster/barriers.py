"""Barriers of one generation: places that all its members come to before any goes on."""

import collections
from collections.abc import Iterable

from frazo.cluster.member_key import MemberKey
from frazo.cluster.refusals import CannotBelong

# A member that passed a barrier may have lost the answer and ask again, but only for its last one:
# it comes to no other before. More are kept for members that wait in several threads.
_REMEMBERED_BARRIERS = 16
# Bounds what a member that invents names can make the controller keep.
_MAX_OPEN_BARRIERS = 1000


class Barriers:
    """Who came to which barrier. Whoever came stays: to ask again changes nothing."""

    def __init__(self, members: Iterable[MemberKey], passed: Iterable[str] = ()):
        """Begins a generation.

        Args:
          members: Those that each barrier waits for.
          passed: Names of the last barriers that all came to, oldest first.
        """
        self._members = list(members)
        self._arrived: dict[str, set[MemberKey]] = {}
        self._passed = collections.deque(passed, maxlen=_REMEMBERED_BARRIERS)

    @property
    def passed(self) -> tuple[str, ...]:
        """The last barriers that all members came to, oldest first."""
        return tuple(self._passed)

    def arrive(self, barrier: str, key: MemberKey) -> bool:
        """Notes that a member came.

        Returns:
          Whether all have come.

        Raises:
          CannotBelong: There are too many barriers that somebody is still missing at.
        """
        if barrier in self._passed:
            return True
        if barrier not in self._arrived and len(self._arrived) >= _MAX_OPEN_BARRIERS:
            raise CannotBelong(
                f"barrier {barrier}: {_MAX_OPEN_BARRIERS} barriers wait for somebody already"
            )
        self._arrived.setdefault(barrier, set()).add(key)
        self._pass_complete()
        return barrier in self._passed

    def missing(self, barrier: str) -> list[MemberKey]:
        """Those that have not come to a barrier, in their order."""
        if barrier in self._passed:
            return []
        arrived = self._arrived.get(barrier, set())
        return [key for key in self._members if key not in arrived]

    def excuse(self, key: MemberKey) -> None:
        """Waits no longer for a member that has finished."""
        if key in self._members:
            self._members.remove(key)
            self._pass_complete()

    def _pass_complete(self) -> None:
        for barrier in [name for name in self._arrived if not self.missing(name)]:
            del self._arrived[barrier]
            self._passed.append(barrier)
