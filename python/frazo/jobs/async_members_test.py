import pytest
from frazo.cluster.member_key import MemberKey
from frazo.jobs.async_members import AsyncMembers, BeginsAnew
from frazo.program.console import Console
from frazo.program.errors import JobError
from frazo.proto import cluster_pb2

PS, FIRST, SECOND = MemberKey("ps", 0), MemberKey("worker", 0), MemberKey("worker", 1)
ADDRESSES = {PS: "a:1", FIRST: "a:2", SECOND: "a:3"}
SILENT = "gave no sign of life"


class Watch:
    """Says what a test wants, and lets time pass whenever somebody waits.

    Attributes:
      now: Seconds.
      up: Those that serve.
      fates: What became of those that were chosen.
      arrivals: By time, who comes then.
    """

    def __init__(self, *up, arrivals=()):
        self.now = 0.0
        self.up, self.fates, self.arrivals = set(up), {}, dict(arrivals)
        self.chosen = []

    def serving(self):
        self.up |= {key for time, key in self.arrivals.items() if time <= self.now}
        return set(self.up)

    def is_gone(self, key):
        return key not in self.serving()

    def choose(self, keys):
        self.chosen = list(keys)

    def lost(self):
        return dict(self.fates)

    def lose(self, key, fate=SILENT):
        self.up.discard(key)
        self.fates[key] = fate

    def wait_until(self, is_reached, seconds):
        if not is_reached():
            self.now += seconds
        return is_reached()


def members_of(watch, *, is_first=True, min_workers=0):
    cluster = cluster_pb2.Cluster(
        controller="a:0",
        workers=["a:2", "a:3"],
        parameter_servers=["a:1"],
        start_timeout_seconds=100,
        rejoin_seconds=10,
        min_workers=min_workers or None,
    )
    return AsyncMembers(cluster, watch, is_first=is_first, clock=lambda: watch.now)


def wait(members, must_stop=lambda: False):
    return members.wait(must_stop, Console())


def training(watch, *, known_lost=(), min_workers=1):
    """Members that began with all."""
    members = members_of(watch, min_workers=min_workers)
    assert wait(members)
    members.connected(lambda worker: worker in known_lost)
    return members


def test_training_begins_at_once_when_all_are_there():
    watch = Watch(PS, FIRST, arrivals=[(30, SECOND)])
    members = members_of(watch, min_workers=1)
    assert wait(members)
    assert watch.now == 30
    assert members.workers == {FIRST: "a:2", SECOND: "a:3"}
    assert watch.chosen == [PS, FIRST, SECOND]


@pytest.mark.parametrize(("is_first", "seconds"), [(True, 100), (False, 10)])
def test_enough_workers_wait_for_the_others_for_a_time(is_first, seconds):
    watch = Watch(PS, SECOND)
    members = members_of(watch, is_first=is_first, min_workers=1)
    assert wait(members)
    assert watch.now == seconds
    assert members.workers == {SECOND: "a:3"}
    assert not members.somebody_waits()
    watch.up.add(FIRST)
    assert members.somebody_waits()


@pytest.mark.parametrize(
    ("up", "min_workers", "message"),
    [
        (
            [PS, FIRST],
            0,
            "worker 1 (a:3) did not come within 110 s; 2 of 2 workers and all parameter servers are "
            "needed",
        ),
        (
            [FIRST],
            1,
            "ps 0 (a:1), worker 1 (a:3) did not come within 110 s; 1 of 2 workers and all parameter "
            "servers are needed",
        ),
    ],
)
def test_too_few_are_an_error_that_names_the_others(up, min_workers, message):
    watch = Watch(*up)
    with pytest.raises(JobError) as failure:
        wait(members_of(watch, is_first=False, min_workers=min_workers))
    assert str(failure.value) == message
    assert watch.now == 110


def test_who_must_stop_waits_no_longer():
    watch = Watch(FIRST)
    assert not wait(members_of(watch), lambda: watch.now >= 5)


def test_without_a_parameter_server_training_begins_anew():
    watch = Watch(*ADDRESSES)
    members = training(watch)
    members.check()
    watch.lose(PS, "was started anew")
    with pytest.raises(BeginsAnew, match=r"^ps 0 \(a:1\) was started anew$"):
        members.check()


def test_a_silent_worker_whose_calls_do_not_fail_is_frozen():
    watch = Watch(*ADDRESSES)
    members = training(watch)
    watch.lose(FIRST)
    members.check()
    watch.now += 2
    with pytest.raises(BeginsAnew, match=r"^worker 0 \(a:2\) gave no sign of life$"):
        members.check()


def test_a_worker_whose_calls_fail_leaves_its_steps_to_others():
    watch = Watch(*ADDRESSES)
    members = training(watch, known_lost=[0])
    watch.lose(FIRST)
    for _ in range(1000):
        watch.now += 1
        members.check()


def test_a_worker_that_was_started_anew_is_a_worker():
    watch = Watch(*ADDRESSES)
    members = training(watch, min_workers=2)
    watch.fates[FIRST] = "was started anew"
    for _ in range(1000):
        watch.now += 1
        members.check()
    assert not members.somebody_waits()


def test_too_few_workers_for_too_long_end_the_training():
    watch = Watch(*ADDRESSES)
    members = training(watch, known_lost=[0], min_workers=2)
    watch.lose(FIRST)
    members.check()
    watch.now += 109
    members.check()
    watch.now += 1
    with pytest.raises(JobError, match=r"^worker 0 \(a:2\) did not come within 110 s; 2 of 2 "):
        members.check()


def test_a_trainer_that_hangs_is_overdue_if_a_member_is_lost():
    watch = Watch(*ADDRESSES)
    members = training(watch)
    watch.now += 1000
    assert members.overdue() == ""
    members.check()
    watch.lose(PS)
    watch.now += 9
    assert members.overdue() == ""
    watch.now += 1
    assert members.overdue() == "ps 0 (a:1) gave no sign of life"


def test_an_error_may_come_before_the_loss_is_known():
    watch = Watch(*ADDRESSES)
    members = training(watch)
    assert members.wait_for_loss(5) == ""
    watch.lose(PS)
    assert members.wait_for_loss(5) == "ps 0 (a:1) gave no sign of life"
