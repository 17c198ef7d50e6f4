"""Clients that send nonsense get errors, and the run goes on."""

import math
import os
import random

import grpc
import pytest
from frazo.cluster.client import Outcome
from frazo.cluster.controller import MAX_MESSAGE_BYTES
from frazo.cluster.loopback_run import EXPERIMENT, PATIENCE_SECONDS, loopback_run, wait_until
from frazo.proto import coordination_pb2
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message

SERVICE = coordination_pb2.DESCRIPTOR.services_by_name["Coordination"]
# All methods together.
PAYLOADS = 10_000 * int(os.environ.get("FRAZO_TEST_EXAMPLES") or 1)
SEED = int(os.environ.get("FRAZO_TEST_SEED") or 0)
_AT_A_TIME = 50

CALLER = coordination_pb2.Caller(
    name=coordination_pb2.MemberName(job="evaler_x", index=3), incarnation="0123456789"
)
# Messages that make sense, for nonsense that is nearly sense.
SENSE = {
    "Register": coordination_pb2.RegisterRequest(
        caller=CALLER, host="host", process=7, version="frazo 1", experiment=EXPERIMENT
    ),
    "Heartbeat": coordination_pb2.HeartbeatRequest(
        caller=CALLER,
        generation=2,
        status=coordination_pb2.MemberStatus(
            state="training", step=3, loss=1.5, message="step 3", metrics={"a": 1.0}
        ),
    ),
    "Leave": coordination_pb2.LeaveRequest(
        caller=CALLER, outcome=Outcome.FAILED, message="x", traceback="y", is_permanent=True
    ),
    "JoinGeneration": coordination_pb2.JoinGenerationRequest(caller=CALLER, last_generation=4),
    "WaitAtBarrier": coordination_pb2.WaitAtBarrierRequest(
        caller=CALLER, generation=1, barrier="b", timeout_seconds=5
    ),
    "RecordProgress": coordination_pb2.RecordProgressRequest(
        caller=CALLER,
        generation=1,
        progress=coordination_pb2.RunProgress(checkpoint_step=5, finished_step=6),
    ),
    "RequestStop": coordination_pb2.RequestStopRequest(),
    "RequestCheckpoint": coordination_pb2.RequestCheckpointRequest(),
    "GetRunStatus": coordination_pb2.GetRunStatusRequest(),
}


SCALARS = {
    FieldDescriptor.CPPTYPE_STRING: lambda rng: "".join(
        rng.choice(["a", "worker", "\n", "\x1b", "\u20ac", " ", "0"])
        for _ in range(rng.randint(0, 9))
    ),
    FieldDescriptor.CPPTYPE_INT32: lambda rng: rng.choice([-1, 0, 1, 2**31 - 1, -(2**31)]),
    FieldDescriptor.CPPTYPE_INT64: lambda rng: rng.choice([-1, 0, 1, 2**63 - 1, -(2**63)]),
    FieldDescriptor.CPPTYPE_DOUBLE: lambda rng: rng.choice([0.0, -1.0, math.nan, math.inf, 1e300]),
    FieldDescriptor.CPPTYPE_BOOL: lambda rng: rng.random() < 0.5,
    FieldDescriptor.CPPTYPE_ENUM: lambda rng: rng.randint(-2, 5),
}


def change(rng: random.Random, message: Message) -> None:
    """Gives some fields values at random."""
    for field in message.DESCRIPTOR.fields:
        if field.is_repeated or rng.random() < 0.6:
            continue
        if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
            change(rng, getattr(message, field.name))
        else:
            setattr(message, field.name, SCALARS[field.cpp_type](rng))


def nonsense(rng: random.Random, method: str) -> bytes:
    """Bytes at random, or those of a message with some changed, inserted or missing, or a message
    with some fields at random.
    """
    kind = rng.random()
    if kind < 0.2:
        return rng.randbytes(rng.choice([0, 1, 5, 40, 400]))
    if kind < 0.6:
        message = type(SENSE[method])()
        message.CopyFrom(SENSE[method])
        change(rng, message)
        return message.SerializeToString()
    text = bytearray(SENSE[method].SerializeToString())
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(text))
        kind = rng.random()
        if kind < 0.6 and place < len(text):
            text[place] = rng.randrange(256)
        elif kind < 0.8:
            text[place:place] = rng.randbytes(rng.randint(1, 9))
        else:
            del text[place : place + rng.randint(1, 9)]
    return bytes(text)


def stops_the_run(method: str, payload: bytes) -> bool:
    """Whether nonsense happens to be a request to stop, which anybody may make."""
    if method != "RequestStop":
        return False
    try:
        return bool(coordination_pb2.RequestStopRequest.FromString(payload).reason.strip())
    except DecodeError:
        return False


def test_the_list_of_methods_is_whole():
    assert sorted(SENSE) == sorted(SERVICE.methods_by_name)


def test_random_payloads_end_in_answers_and_the_run_goes_on(tmp_path):
    rng = random.Random(SEED)
    with loopback_run(tmp_path) as run:
        controller = run.start_controller()
        worker = run.member("worker", 0)
        codes: dict[grpc.StatusCode, int] = {}
        with grpc.insecure_channel(run.cluster.controller) as channel:
            calls = {name: channel.unary_unary(f"/{SERVICE.full_name}/{name}") for name in SENSE}
            names = sorted(SENSE)
            for begin in range(0, PAYLOADS, _AT_A_TIME):
                payloads = [
                    (name, nonsense(rng, name))
                    for name in (names[i % len(names)] for i in range(begin, begin + _AT_A_TIME))
                ]
                futures = [
                    calls[name].future(payload, timeout=PATIENCE_SECONDS)
                    for name, payload in payloads
                    if not stops_the_run(name, payload)
                ]
                for future in futures:
                    code = future.code()
                    codes[code] = codes.get(code, 0) + 1
        assert codes[grpc.StatusCode.INVALID_ARGUMENT] > PAYLOADS / 10
        assert grpc.StatusCode.UNAVAILABLE not in codes
        assert grpc.StatusCode.DEADLINE_EXCEEDED not in codes
        status = controller.status()
        assert status.state == "forming"
        assert worker.orders.stop is None
        # It gives signs of life still, and they are heard.
        wait_until(lambda: controller.status().members[-1].heartbeat_age_seconds < 1)
        run.member("worker", 1)


def test_bytes_that_are_no_message_are_an_error(tmp_path):
    with loopback_run(tmp_path) as run:
        run.start_controller()
        with grpc.insecure_channel(run.cluster.controller) as channel:
            call = channel.unary_unary(f"/{SERVICE.full_name}/Register")
            with pytest.raises(grpc.RpcError) as failure:
                call(b"\xff" * 20, timeout=PATIENCE_SECONDS)
            assert failure.value.code() == grpc.StatusCode.INVALID_ARGUMENT
            assert failure.value.details() == (
                "the bytes are no frazo.RegisterRequest; both sides need the same version of Frazo"
            )
            with pytest.raises(grpc.RpcError) as failure:
                channel.unary_unary(f"/{SERVICE.full_name}/None")(b"", timeout=PATIENCE_SECONDS)
            assert failure.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_a_message_that_is_too_large_is_an_error_and_is_not_kept(tmp_path):
    with loopback_run(tmp_path) as run:
        controller = run.start_controller()
        request = coordination_pb2.RegisterRequest(
            caller=CALLER, experiment="x" * MAX_MESSAGE_BYTES
        )
        with grpc.insecure_channel(run.cluster.controller) as channel:
            call = channel.unary_unary(f"/{SERVICE.full_name}/Register")
            with pytest.raises(grpc.RpcError) as failure:
                call(request.SerializeToString(), timeout=PATIENCE_SECONDS)
            assert failure.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert not controller.status().members
        run.member("worker", 0)


def test_long_texts_of_members_are_cut(tmp_path):
    with loopback_run(tmp_path) as run:
        controller = run.start_controller()
        client = run.client("worker", 0)
        client.register(EXPERIMENT, "")
        forged = "ok\nerror: forged \x1b[2J" + "m" * 5000
        status = coordination_pb2.MemberStatus(state="training", message=forged)
        client.start_heartbeats(lambda: status, lambda _: None)
        wait_until(lambda: controller.status().members[0].status.message)
        told = controller.status().members[0].status.message
        # One line, without what moves a cursor.
        assert told.startswith("ok error: forged ?[2Jmmm")
        assert len(told) == 1000


def test_the_record_keeps_few_of_many_barriers(tmp_path):
    with loopback_run(tmp_path) as run:
        del run.cluster.workers[1:]
        run.start_controller()
        worker = run.member("worker", 0)
        worker.join_generation()
        for index in range(50):
            worker.wait_at_barrier(f"barrier-{index}", PATIENCE_SECONDS)
        record = (tmp_path / "control" / "coordination.textproto").read_text()
        assert record.count("barriers:") == 16
        assert 'barriers: "barrier-49"' in record
