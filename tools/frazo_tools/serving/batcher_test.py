"""The batcher alone, with a signature that tells what it is called with."""

import concurrent.futures
import threading
import time

import grpc
import numpy as np
import pytest
from frazo_tools.serving import batcher as batcher_module
from frazo_tools.serving.batcher import Batcher, BatcherClosed, BatchLimits, Rows
from frazo_tools.serving.serving_error import ServingError

PATIENCE_SECONDS = 60
LIMITS = BatchLimits(max_batch_size=4, timeout_seconds=0.0, max_queue=3)
# Longer than any test.
FOR_EVER = BatchLimits(max_batch_size=4, timeout_seconds=10_000.0, max_queue=10)


class Doubling:
    """Doubles x, [rows]. Requests with the same `tag` are joined; without one they run alone.

    calls: The x of each call. It waits for `open`, and fails where x has a 13.
    """

    name = "doubling"

    def __init__(self):
        self.calls = []
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()
        self.open.set()

    def rows(self, inputs):
        return Rows(len(inputs["x"]), inputs["tag"]) if "tag" in inputs else None

    def join(self, requests):
        return {"x": np.concatenate([inputs["x"] for inputs in requests])}

    def split(self, outputs, counts):
        return [{"y": part} for part in np.split(outputs["y"], np.cumsum(counts)[:-1])]

    def run(self, inputs):
        self.calls.append(inputs["x"].tolist())
        self.entered.release()
        self.open.wait(PATIENCE_SECONDS)
        if 13 in inputs["x"]:
            raise ServingError(grpc.StatusCode.INVALID_ARGUMENT, "13")
        return {"y": 2 * inputs["x"]}


@pytest.fixture
def signature():
    return Doubling()


@pytest.fixture
def observed():
    return []


@pytest.fixture
def batcher_of(observed, signature):
    batchers = []

    def make(limits):
        batchers.append(Batcher("tiny", limits, lambda *batch: observed.append(batch)))
        return batchers[-1]

    yield make
    signature.open.set()
    for batcher in batchers:
        batcher.close()


def x(*values, tag="a"):
    inputs = {"x": np.array(values)}
    return inputs if tag is None else {**inputs, "tag": tag}


def result(future):
    return future.result(PATIENCE_SECONDS)["y"].tolist()


def occupied(batcher, signature):
    """Lets the batcher run a request that does not end."""
    signature.open.clear()
    future = batcher.submit(signature, x(0, tag=None))
    signature.entered.acquire()
    return future


def test_requests_that_wait_at_the_same_time_are_run_as_one(batcher_of, signature, observed):
    batcher = batcher_of(LIMITS)
    first = occupied(batcher, signature)
    futures = [batcher.submit(signature, x(*values)) for values in ([1], [2, 3], [4])]
    signature.open.set()
    assert result(first) == [0]
    assert [result(future) for future in futures] == [[2], [4, 6], [8]]
    assert signature.calls == [[0], [1, 2, 3, 4]]
    batcher.close()
    assert observed == [("doubling", 1), ("doubling", 4)]


def test_those_who_were_answered_are_waited_for(batcher_of, signature, monkeypatch):
    monkeypatch.setattr(batcher_module, "_RETURN_SHARE", 1e5)
    batcher = batcher_of(LIMITS)
    signature.open.clear()
    first = batcher.submit(signature, x(1))
    signature.entered.acquire()
    waiting = [batcher.submit(signature, x(value)) for value in (2, 3)]
    signature.open.set()
    assert result(first) == [2]
    # The caller of the first one asks again.
    waiting.append(batcher.submit(signature, x(4)))
    assert [result(future) for future in waiting] == [[4], [6], [8]]
    assert signature.calls == [[1], [2, 3, 4]]


def test_those_who_do_not_return_are_not_waited_for_long(batcher_of, signature):
    batcher = batcher_of(LIMITS)
    signature.open.clear()
    first = batcher.submit(signature, x(1))
    signature.entered.acquire()
    waiting = [batcher.submit(signature, x(value)) for value in (2, 3)]
    signature.open.set()
    assert [result(future) for future in (first, *waiting)] == [[2], [4], [6]]
    assert signature.calls == [[1], [2, 3]]


def test_a_batch_has_no_more_rows_than_it_may(batcher_of, signature):
    batcher = batcher_of(LIMITS)
    occupied(batcher, signature)
    futures = [batcher.submit(signature, x(*values)) for values in ([1, 2], [3, 4, 5], [6])]
    signature.open.set()
    assert [result(future) for future in futures] == [[2, 4], [6, 8, 10], [12]]
    assert signature.calls == [[0], [1, 2, 6], [3, 4, 5]]


def test_requests_that_differ_are_not_joined(batcher_of, signature):
    batcher = batcher_of(LIMITS)
    occupied(batcher, signature)
    tags = ["a", "b", "a"]
    futures = [batcher.submit(signature, x(i, tag=tag)) for i, tag in enumerate(tags)]
    signature.open.set()
    assert [result(future) for future in futures] == [[0], [2], [4]]
    assert signature.calls == [[0], [0, 2], [1]]


def test_an_idle_model_waits_until_a_batch_is_full(batcher_of, signature):
    batcher = batcher_of(FOR_EVER)
    futures = [batcher.submit(signature, x(i)) for i in range(3)]
    assert signature.calls == []
    futures.append(batcher.submit(signature, x(3)))
    assert [result(future) for future in futures] == [[0], [2], [4], [6]]
    assert signature.calls == [[0, 1, 2, 3]]
    # One for which there is no room makes it full, too.
    first = batcher.submit(signature, x(1, 2, 3))
    second = batcher.submit(signature, x(4, 5))
    assert result(first) == [2, 4, 6]
    assert not second.done()
    # Nobody waits for more at the end.
    batcher.close()
    assert result(second) == [8, 10]


def test_an_idle_model_does_not_wait_when_nobody_can_join(batcher_of, signature):
    batcher = batcher_of(FOR_EVER._replace(max_queue=2))
    futures = [batcher.submit(signature, x(i)) for i in range(2)]
    assert [result(future) for future in futures] == [[0], [2]]


def test_an_idle_model_runs_what_waited_long_enough(batcher_of, signature):
    assert result(batcher_of(LIMITS._replace(timeout_seconds=0.01)).submit(signature, x(1))) == [2]


def test_a_full_queue_refuses_at_once(batcher_of, signature):
    batcher = batcher_of(LIMITS)
    occupied(batcher, signature)
    futures = [batcher.submit(signature, x(i)) for i in range(3)]
    with pytest.raises(ServingError) as failure:
        batcher.submit(signature, x(9))
    assert failure.value.code == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert str(failure.value) == (
        "3 requests wait for signature 'doubling', which is the most (--max_queue). Ask again later."
    )
    assert batcher.queue_lengths() == {"doubling": 3}
    # Those that nobody waits for make room.
    futures[1].cancel()
    late = batcher.submit(signature, x(9))
    signature.open.set()
    assert result(late) == [18]
    assert [result(futures[i]) for i in (0, 2)] == [[0], [4]]


def test_a_request_whose_time_is_over_is_not_run(batcher_of, signature):
    batcher = batcher_of(LIMITS)
    occupied(batcher, signature)
    expired = batcher.submit(signature, x(1), expires=time.monotonic())
    live = batcher.submit(signature, x(2), expires=time.monotonic() + PATIENCE_SECONDS)
    signature.open.set()
    with pytest.raises(ServingError, match="the request's time was over before it was run") as fail:
        result(expired)
    assert fail.value.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert result(live) == [4]
    assert signature.calls == [[0], [2]]


def test_a_request_that_was_cancelled_is_not_run(batcher_of, signature):
    batcher = batcher_of(LIMITS)
    occupied(batcher, signature)
    future = batcher.submit(signature, x(1))
    assert future.cancel()
    live = batcher.submit(signature, x(2))
    signature.open.set()
    assert result(live) == [4]
    assert signature.calls == [[0], [2]]


def test_a_bad_request_does_not_fail_its_neighbours(batcher_of, signature):
    batcher = batcher_of(LIMITS)
    occupied(batcher, signature)
    futures = [batcher.submit(signature, x(i)) for i in (1, 13, 2)]
    signature.open.set()
    assert result(futures[0]) == [2]
    assert result(futures[2]) == [4]
    with pytest.raises(ServingError, match="13"):
        result(futures[1])
    assert signature.calls == [[0], [1, 13, 2], [1], [13], [2]]


def test_a_request_of_too_many_rows_is_refused(batcher_of, signature):
    with pytest.raises(ServingError) as failure:
        batcher_of(LIMITS).submit(signature, x(*range(5)))
    assert str(failure.value) == (
        "the request has 5 rows; signature 'doubling' takes at most 4 (--max_batch_size). Divide the "
        "request."
    )


def test_closing_answers_what_waits(batcher_of, signature):
    batcher = batcher_of(FOR_EVER)
    occupied(batcher, signature)
    futures = [batcher.submit(signature, x(i)) for i in range(3)]
    with concurrent.futures.ThreadPoolExecutor(1) as threads:
        closing = threads.submit(batcher.close)
        signature.open.set()
        closing.result(PATIENCE_SECONDS)
    assert [result(future) for future in futures] == [[0], [2], [4]]
    with pytest.raises(BatcherClosed):
        batcher.submit(signature, x(1))
