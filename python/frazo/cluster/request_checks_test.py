import math

import pytest
from frazo.cluster import request_checks
from frazo.cluster.member_key import MemberKey
from frazo.cluster.refusals import MakesNoSense
from frazo.proto import coordination_pb2


def caller(job="worker", index=0, incarnation="0123456789"):
    name = coordination_pb2.MemberName(job=job, index=index)
    return coordination_pb2.Caller(name=name, incarnation=incarnation)


@pytest.mark.parametrize("job", ["worker", "ps", "evaler_test", "evaler_once_dev-2014.en@300"])
def test_jobs_have_such_names(job):
    expected = (MemberKey(job, 7), "0123456789")
    assert request_checks.caller_of(caller(job, 7)) == expected


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"job": ""}, "caller.name.job: '' is not the name of a job; expected 1 to 100 lower-case"),
        ({"job": "Worker"}, "caller.name.job: 'Worker' is not"),
        ({"job": "a\nb"}, r"caller.name.job: 'a\nb' is not"),
        ({"index": -1}, "caller.name.index: -1 is out of range; expected 0 to 99999"),
        ({"incarnation": "short"}, "caller.incarnation: 'short' is none; expected 8 to 64 letters"),
    ],
)
def test_callers_that_make_no_sense(fields, message):
    with pytest.raises(MakesNoSense) as failure:
        request_checks.caller_of(caller(**fields))
    assert str(failure.value).startswith(message)


@pytest.mark.parametrize("seconds", [0.0, -1.0, math.nan, math.inf])
def test_waiting_takes_a_time(seconds):
    request = coordination_pb2.WaitAtBarrierRequest(barrier="a", timeout_seconds=seconds)
    with pytest.raises(
        MakesNoSense, match=r"timeout_seconds: .* is out of range; expected a number"
    ):
        request_checks.barrier_of(request)


@pytest.mark.parametrize("name", ["", "a b", "x" * 201])
def test_barriers_have_names(name):
    request = coordination_pb2.WaitAtBarrierRequest(barrier=name, timeout_seconds=1)
    with pytest.raises(MakesNoSense, match=r"barrier: .* is no name; expected 1 to 200 letters"):
        request_checks.barrier_of(request)


def test_numbers_have_bounds():
    assert request_checks.number_of(10**15, "step") == 10**15
    for value in (-1, 10**15 + 1):
        with pytest.raises(MakesNoSense, match=f"step: {value} is out of range"):
            request_checks.number_of(value, "step")


def test_texts_become_printable():
    assert request_checks.line_of("a\n\tb\x1b[2Jc") == "a  b?[2Jc"
    assert request_checks.text_of("line\n\x07bell") == "line\n?bell"
    assert request_checks.line_of("x" * 2000) == "x" * 1000
    # Of a traceback the end matters.
    assert request_checks.text_of("a" + "b" * 100_000) == "b" * 100_000
