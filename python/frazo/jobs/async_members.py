"""The parameter servers and workers that a trainer trains with, and what it does without them."""

import time
from collections.abc import Callable, Iterable, Mapping

from frazo.cluster.member_key import MemberKey, listed
from frazo.cluster.member_watch import MemberWatch
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.proto import cluster_pb2

# How long the trainer may take to notice by itself that it waits for a member that is gone.
_GRACE_SECONDS = 10.0
# A call to a worker that was killed fails at once; one to a worker that is frozen never ends.
_FAIL_SECONDS = 2.0
_TELL_SECONDS = 1.0

Clock = Callable[[], float]


class BeginsAnew(Exception):
    """Training cannot go on with the members that it began with; str() says why."""


class AsyncMembers:
    """Who of the layout trains.

    Attributes:
      workers: Those that were there when training began, with their addresses.
      servers: All parameter servers, with their addresses.
    """

    def __init__(
        self,
        cluster: cluster_pb2.Cluster,
        watch: MemberWatch,
        *,
        is_first: bool,
        clock: Clock = time.monotonic,
    ):
        """Waits for nobody.

        Args:
          cluster: The layout of the run.
          watch: Watches its members.
          is_first: Whether the run begins, and its members start.
          clock: Seconds from any start.
        """
        self._cluster = cluster
        self._watch = watch
        self._clock = clock
        self._is_first = is_first
        self._layout = _keyed("worker", cluster.workers)
        self.servers = _keyed("ps", cluster.parameter_servers)
        self.workers: Mapping[MemberKey, str] = {}
        self._min_workers = cluster.min_workers or len(self._layout)
        self._is_known_lost: Callable[[int], bool] = lambda worker: False
        self._silent_since: dict[MemberKey, float] = {}
        self._few_since: float | None = None
        self._checked = clock()

    def wait(self, must_stop: Callable[[], bool], console: Console) -> bool:
        """Waits until all serve, or enough workers for long enough.

        Args:
          must_stop: Whether to wait no longer.
          console: For lines about waiting.

        Returns:
          Whether they are there; not if it must stop.

        Raises:
          JobError: Too few came; it names those who are missing.
        """
        began, told = self._clock(), ""
        while not self._watch.wait_until(lambda: not self._missing() or must_stop(), _TELL_SECONDS):
            missing = self._missing()
            if self._is_enough(missing, self._clock() - began):
                break
            if listed(missing) != told:
                told = listed(missing)
                console.log(f"train: waits for {told}")
        if must_stop():
            return False
        missing = self._missing()
        self.workers = {key: text for key, text in self._layout.items() if key not in missing}
        self._watch.choose([*self.servers, *self.workers])
        self._checked = self._clock()
        return True

    def _is_enough(self, missing: Mapping[MemberKey, str], seconds: float) -> bool:
        """Returns whether training begins without those that did not come within some seconds."""
        cluster = self._cluster
        patience = cluster.start_timeout_seconds if self._is_first else cluster.rejoin_seconds
        most = cluster.start_timeout_seconds + (0 if self._is_first else cluster.rejoin_seconds)
        workers = len(self._layout.keys() - missing.keys())
        has_servers = not missing.keys() & self.servers.keys()
        if has_servers and workers >= self._min_workers and seconds >= patience:
            return True
        if seconds >= most:
            raise JobError(self._too_few(missing, most))
        return False

    def somebody_waits(self) -> bool:
        """Returns whether a worker serves that was not there when training began."""
        return bool(self._watch.serving() & (self._layout.keys() - self.workers.keys()))

    def connected(self, is_known_lost: Callable[[int], bool]) -> None:
        """Training begins.

        Args:
          is_known_lost: Whether calls to the worker of that number among `workers` failed, so that
            others do its work.
        """
        self._is_known_lost = is_known_lost
        self._checked = self._clock()

    def check(self) -> None:
        """Called often while the trainer waits for workers.

        Raises:
          BeginsAnew: A parameter server is lost, or a worker so that its calls do not end.
          JobError: There were too few workers for too long.
        """
        self._checked = self._clock()
        if reason := self._reason_to_begin_anew():
            raise BeginsAnew(reason)
        self._require_workers()

    def wait_for_loss(self, seconds: float) -> str:
        """Waits until a member is lost, for so long at most.

        Returns:
          Who is lost and how; empty if nobody is.
        """
        self._watch.wait_until(lambda: bool(self._watch.lost()), seconds)
        return self._text(self._watch.lost())

    def overdue(self) -> str:
        """Returns why the program must begin anew although check() is not called any more: its
        thread waits for a member that is lost. Empty: it need not.
        """
        if self._clock() - self._checked < _GRACE_SECONDS:
            return ""
        return self._reason_to_begin_anew()

    def _reason_to_begin_anew(self) -> str:
        lost = self._watch.lost()
        servers = {key: fate for key, fate in lost.items() if key in self.servers}
        if servers:
            return self._text(servers)
        now = self._clock()
        silent = {
            key: fate
            for number, key in enumerate(self.workers)
            if (fate := lost.get(key)) and self._watch.is_gone(key)
            if not self._is_known_lost(number)
        }
        self._silent_since = {key: self._silent_since.get(key, now) for key in silent}
        stuck = {
            key: fate
            for key, fate in silent.items()
            if now - self._silent_since[key] >= _FAIL_SECONDS
        }
        return self._text(stuck)

    def _require_workers(self) -> None:
        cluster = self._cluster
        gone = {key: text for key, text in self._layout.items() if self._watch.is_gone(key)}
        if len(self._layout) - len(gone) >= self._min_workers:
            self._few_since = None
            return
        if self._few_since is None:
            self._few_since = self._clock()
        most = cluster.start_timeout_seconds + cluster.rejoin_seconds
        if self._clock() - self._few_since >= most:
            raise JobError(self._too_few(gone, most))

    def _missing(self) -> dict[MemberKey, str]:
        serving = self._watch.serving()
        everybody = self.servers | self._layout
        return {key: text for key, text in everybody.items() if key not in serving}

    def _too_few(self, missing: Mapping[MemberKey, str], seconds: float) -> str:
        return (
            f"{listed(dict(missing))} did not come within {seconds:g} s; "
            f"{self._min_workers} of {len(self._layout)} workers and all parameter servers are needed"
        )

    def _text(self, fates: Mapping[MemberKey, str]) -> str:
        """Returns "ps 0 (10.0.0.2:7001) gave no sign of life"."""
        everybody = self.servers | self._layout
        return ", ".join(f"{key} ({everybody[key]}) {fate}" for key, fate in fates.items())


def _keyed(job: str, addresses: Iterable[str]) -> dict[MemberKey, str]:
    return {MemberKey(job, index): address for index, address in enumerate(addresses)}
