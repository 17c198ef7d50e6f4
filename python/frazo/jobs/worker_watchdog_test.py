import threading

import pytest
from frazo.cluster.orders import Orders
from frazo.jobs import worker_watchdog
from frazo.jobs.worker_watchdog import WorkerWatchdog
from frazo.proto import coordination_pb2
from frazo.shard import collective_server


@pytest.fixture
def aborted(monkeypatch):
    """The reasons that collectives were aborted for."""
    reasons = []
    monkeypatch.setattr(collective_server, "abort_collectives", reasons.append)
    return reasons


@pytest.fixture
def restarted(monkeypatch):
    """Set when the program would have started anew."""
    event = threading.Event()
    monkeypatch.setattr(worker_watchdog, "restart_program", event.set)
    return event


def test_a_newer_generation_aborts_the_collectives_once(aborted, restarted):
    watchdog = WorkerWatchdog()
    with watchdog.training(3):
        watchdog.watch(Orders(generation=3, regroup=True))
        assert aborted == []
        watchdog.watch(Orders(generation=4, reason="worker 1 is lost"))
        watchdog.watch(Orders(generation=5, reason="worker 2 is lost"))
    assert aborted == ["worker 1 is lost"]
    assert not restarted.is_set()


def test_orders_from_before_the_training_count(aborted, restarted):
    watchdog = WorkerWatchdog()
    watchdog.watch(Orders(generation=4, reason="worker 1 is lost"))
    assert aborted == []
    with watchdog.training(3):
        assert aborted == ["worker 1 is lost"]
    assert not restarted.is_set()


def test_a_run_that_failed_aborts_the_collectives(aborted, restarted):
    watchdog = WorkerWatchdog()
    with watchdog.training(3):
        watchdog.watch(Orders(3, stop=coordination_pb2.StopOrder(reason="requested")))
        assert aborted == []
        watchdog.watch(Orders(3, stop=coordination_pb2.StopOrder(reason="too few", failed=True)))
    assert aborted == ["too few"]
    assert not restarted.is_set()


def test_a_worker_that_hangs_all_the_same_starts_anew(aborted, restarted, monkeypatch):
    monkeypatch.setattr(worker_watchdog, "_GRACE_SECONDS", 0.01)
    watchdog = WorkerWatchdog()
    with watchdog.training(3):
        watchdog.watch(Orders(generation=4, reason="worker 1 is lost"))
        assert restarted.wait(60)
    assert aborted == ["worker 1 is lost"]
