"""Generations: sets of workers that train together.

At any time there is one newest generation. It is being formed, or it trains. Its number grows with
each one. Fence: how long a member of an ended generation may still believe that it trains; the next
one is not formed before.
"""

from typing import NamedTuple

from frazo.cluster.member_key import MemberKey, listed

_REMEMBERED_REASONS = 100


class FormingTimes(NamedTuple):
    """How long the forming of a generation takes, in seconds, and how many it needs."""

    start_timeout: float
    rejoin: float
    lease: float
    min_workers: int


class Participant(NamedTuple):
    """A process that trains, or waits to. process: host name and process number."""

    incarnation: str
    address: str
    process: tuple[str, int]


class Generations:
    """The newest generation and its predecessors' ends.

    number: of the newest. members: those that train in it, in their order; empty while it is being
    formed. joined: those that wait to train.
    """

    def __init__(self, layout: dict[MemberKey, str], times: FormingTimes, now: float):
        """Begins to form the first generation.

        Args:
          layout: All that may train, with their addresses.
          times: Durations.
          now: Seconds of the clock that all calls use.
        """
        self._layout = layout
        self._times = times
        self.number = 1
        self.members: dict[MemberKey, Participant] = {}
        self.joined: dict[MemberKey, Participant] = {}
        self._reasons: dict[int, str] = {}
        self._forming_since = now
        self._is_first = True
        # Processes that have registered, and start TensorFlow before they join; their incarnations.
        self._coming: dict[MemberKey, str] = {}
        self._fences: dict[MemberKey, tuple[Participant, float]] = {}
        # Members of a generation that began under an earlier controller, until they are heard of.
        self._unheard: set[MemberKey] = set()
        self._unheard_until = 0.0

    @property
    def is_formed(self) -> bool:
        return bool(self.members)

    @property
    def somebody_waits(self) -> bool:
        """Whether a worker waits while others train without it."""
        return self.is_formed and bool(self.joined)

    @property
    def former(self) -> dict[MemberKey, Participant]:
        """Those of a generation that has ended who may still believe that they train in it."""
        return {key: participant for key, (participant, _) in self._fences.items()}

    def reason(self, number: int) -> str:
        """Why a generation ended."""
        return self._reasons.get(number, "a newer generation began")

    def resume(
        self,
        number: int,
        members: dict[MemberKey, Participant],
        former: dict[MemberKey, Participant],
        now: float,
    ) -> None:
        """Continues the count of an earlier controller, before anything else is called.

        Args:
          number: The newest generation that was formed.
          members: Those that trained in it when the controller ended; empty: it had ended.
          former: Those of a generation before who may still believe that they train in it.
          now: The members have from now on to be heard of.
        """
        until = now + self._times.lease
        self._fences = {key: (participant, until) for key, participant in former.items()}
        if not members:
            self.number = number + 1
            return
        self.number = number
        self.members = dict(members)
        self._unheard = set(members)
        self._unheard_until = now + max(self._times.rejoin, self._times.lease)

    def heard(self, key: MemberKey, incarnation: str, number: int) -> None:
        """A member says which generation it trains in."""
        member = self.members.get(key)
        if member is not None and member.incarnation == incarnation and number == self.number:
            self._unheard.discard(key)
            # The run goes on: it is not started anew with all its processes.
            self._is_first = False

    def outgrow(self, number: int) -> None:
        """A member trained in a generation of which no record is left: the one that is being formed
        gets a greater number.
        """
        self.number = number + 1

    def join(self, key: MemberKey, participant: Participant, last: int, now: float) -> bool:
        """A worker asks to train.

        Args:
          key: The worker.
          participant: Its process.
          last: The generation that this process was in last; 0: none.
          now: The time.

        Returns:
          Whether it is in the generation that trains.
        """
        self._coming.pop(key, None)
        member = self.members.get(key)
        if member is not None and member.incarnation == participant.incarnation:
            if last < self.number:
                return True
            self.end(f"{key} ({participant.address}) began anew", now)
        self._stopped(key, participant.incarnation)
        self.joined[key] = participant
        self.form(now)
        return key in self.members and self.members[key] == participant

    def began_anew(self, key: MemberKey, participant: Participant, now: float) -> None:
        """A process holds a name now that it did not hold before.

        Args:
          key: The name.
          participant: The process.
          now: The time.
        """
        self.joined.pop(key, None)
        before = self.members.get(key)
        trains = before is not None and before.incarnation == participant.incarnation
        if key in self._layout and not trains:
            self._coming[key] = participant.incarnation
        if before is not None and not trains:
            self.end(f"{key} ({before.address}) began anew", now)
        fence = self._fences.get(key)
        # A program that a process replaced itself by leaves nothing of the old one.
        if fence is not None and fence[0].process == participant.process:
            del self._fences[key]

    def gone(self, key: MemberKey, incarnation: str, reason: str, now: float) -> None:
        """A process trains no more, and knows it, or its lease is over.

        Args:
          key: The member.
          incarnation: Its process.
          reason: What became of it, should the generation end by that.
          now: The time.
        """
        self.joined.pop(key, None)
        if self._coming.get(key) == incarnation:
            del self._coming[key]
        if key in self.members and self.members[key].incarnation == incarnation:
            self.end(reason, now)
        self._stopped(key, incarnation)

    def _stopped(self, key: MemberKey, incarnation: str) -> None:
        """A process does not believe any more that it trains."""
        fence = self._fences.get(key)
        if fence is not None and fence[0].incarnation == incarnation:
            del self._fences[key]

    def end(self, reason: str, now: float) -> None:
        """Ends the generation that trains, and begins to form the next one."""
        self._reasons[self.number] = reason
        self._reasons.pop(self.number - _REMEMBERED_REASONS, None)
        # Until then everybody's last answered heartbeat tells the end, or the lease is over.
        until = now + self._times.lease
        self._fences.update({key: (member, until) for key, member in self.members.items()})
        self.members = {}
        self._unheard = set()
        self.number += 1
        self._forming_since = now
        self.form(now)

    def tick(self, now: float) -> None:
        """Lets time pass: forms a generation with those that came, or ends one that is not heard
        of.
        """
        if self._unheard and now >= self._unheard_until:
            silent = {key: self.members[key].address for key in self._unheard}
            self.end(f"{listed(silent)} did not come back after the controller's restart", now)
        self.form(now)

    def form(self, now: float) -> None:
        """Forms the generation if its time has come."""
        if self.is_formed or not self._is_time_to_form(now):
            return
        self.members = {key: self.joined[key] for key in self._layout if key in self.joined}
        self.joined = {}
        self._fences = {}
        self._is_first = False

    def _is_time_to_form(self, now: float) -> bool:
        if any(until > now for _, until in self._fences.values()):
            return False
        if len(self.joined) == len(self._layout):
            return True
        # Who has come back is not lost. Else two workers that start more slowly than `rejoin` would
        # take turns: the one that waits begins alone, and regroups for the other.
        is_short = not self._is_first and not self._coming
        wait = self._times.rejoin if is_short else self._times.start_timeout
        return len(self.joined) >= self._times.min_workers and now >= self._forming_since + wait

    def gave_up(self, now: float) -> str | None:
        """Why no generation can be formed in time; None: it still may."""
        if self.is_formed or len(self.joined) >= self._times.min_workers:
            return None
        wait = self._times.start_timeout + (0 if self._is_first else self._times.rejoin)
        if now < self._forming_since + wait:
            return None
        return (
            f"{listed(self.missing())} did not come within {wait:g} s, and "
            f"{self._times.min_workers} of {len(self._layout)} are needed"
        )

    def missing(self) -> dict[MemberKey, str]:
        """Those that have not joined the generation that is being formed, with their addresses."""
        return {key: address for key, address in self._layout.items() if key not in self.joined}

    def forming_text(self, now: float) -> str:
        """What the forming waits for."""
        missing = self.missing()
        if missing:
            return f"waits for {listed(missing)}"
        seconds = max((until - now for _, until in self._fences.values()), default=0.0)
        return (
            f"waits {max(seconds, 0.0):.0f} s, until the processes before are certain to have ended"
        )
