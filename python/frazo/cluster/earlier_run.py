"""What a restarted controller does not know yet: whether the run that its record tells of goes on.

It goes on if a member comes back, or one that is started anew and fits. If none does for a while,
the run has ended without a word, and whoever comes now begins a new one.
"""

from frazo.cluster.agreement import text_hash
from frazo.cluster.member_key import MemberKey
from frazo.cluster.refusals import CannotBelong, NotNow
from frazo.proto import coordination_pb2


class EarlierRun:
    """The question, until it is decided.

    goes_on: None while it is undecided.
    """

    def __init__(self, experiment_sha256: str, has_ended: bool, until: float):
        """Asks the question.

        Args:
          experiment_sha256: Of the earlier run's experiment; "": there was no earlier run.
          has_ended: Whether it had finished, or had been told to stop.
          until: When the question is decided, on the clock of all calls.
        """
        self._experiment_sha256 = experiment_sha256
        self._has_ended = has_ended
        self._until = until
        self.goes_on: bool | None = None if experiment_sha256 else False

    def tick(self, now: float) -> bool:
        """Lets time pass. Returns whether the earlier run is given up right now."""
        if self.goes_on is None and now >= self._until:
            self.goes_on = False
            return True
        return False

    def came_back(self) -> None:
        """A member of it has registered, again or anew."""
        if self.goes_on is None:
            self.goes_on = True

    def check(self, key: MemberKey, request: coordination_pb2.RegisterRequest, now: float) -> None:
        """Checks whether a process may register.

        Raises:
          NotNow: That depends on whether the earlier run goes on.
          CannotBelong: That run goes on, and has another experiment.
        """
        if self.goes_on is False:
            return
        fits = text_hash(request.experiment) == self._experiment_sha256
        is_return = bool(request.epoch) and fits
        if self.goes_on is None and not is_return and (self._has_ended or not fits):
            raise NotNow(
                f"the controller was restarted and waits {max(self._until - now, 0.0):.0f} s for "
                "members of the run before, which "
                + ("has another experiment" if not fits else "was at its end")
            )
        if not fits:
            raise CannotBelong(
                f"the experiment of {key} is not that of the run, which goes on after the "
                "controller's restart; start all members with the same experiment"
            )
