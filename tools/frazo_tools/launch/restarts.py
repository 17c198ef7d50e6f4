"""When, and how often, tasks that failed are started again."""

import collections

_FIRST_SECONDS = 1.0
_GROWTH = 2.0
_LONGEST_SECONDS = 60.0
# A task that ran for so long begins anew with the shortest wait.
_STEADY_SECONDS = 300.0


class Restarts:
    """Counts the restarts of a run.

    Attributes:
      count: How many there were.
    """

    def __init__(self, most: int):
        """most: How many restarts all tasks together have."""
        self._most = most
        self._tries: collections.Counter[str] = collections.Counter()
        self.count = 0

    @property
    def most(self) -> int:
        return self._most

    def next_wait(self, name: str, ran_seconds: float) -> float | None:
        """Counts a restart.

        Args:
          name: The task.
          ran_seconds: How long it ran.

        Returns:
          Seconds until the start; None if there are no more restarts.
        """
        if self.count >= self._most:
            return None
        self.count += 1
        if ran_seconds >= _STEADY_SECONDS:
            self._tries[name] = 0
        # Beyond this exponent the wait is the longest.
        wait = min(_FIRST_SECONDS * _GROWTH ** min(self._tries[name], 10), _LONGEST_SECONDS)
        self._tries[name] += 1
        return wait
