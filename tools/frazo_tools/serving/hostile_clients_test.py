"""Clients that send nonsense get errors, and the server goes on."""

import os
import random

import grpc
import pytest
from frazo_tools.serving.live_server import live_server
from frazo_tools.serving.nonsense import (
    GRPC_CODES,
    PATIENCE_SECONDS,
    PREDICT,
    bytes_answer,
    frames_nonsense,
    grpc_nonsense,
    http_nonsense,
    http_status,
    is_well,
)
from frazo_tools.serving.tiny_model import write_tiny_model

CALLS = 3000 * int(os.environ.get("FRAZO_TEST_EXAMPLES") or 1)
HTTP_REQUESTS = 1500 * int(os.environ.get("FRAZO_TEST_EXAMPLES") or 1)
FRAMES = 100 * int(os.environ.get("FRAZO_TEST_EXAMPLES") or 1)
SEED = int(os.environ.get("FRAZO_TEST_SEED") or 0)
_AT_A_TIME = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = tmp_path_factory.mktemp("tiny")
    write_tiny_model(base / "1")
    with live_server({"tiny": base}) as server:
        yield server


def test_calls_of_nonsense_end_in_answers(server):
    rng = random.Random(SEED)
    codes = {}
    with grpc.insecure_channel(str(server.address)) as channel:
        for _ in range(0, CALLS, _AT_A_TIME):
            calls = [grpc_nonsense(rng) for _ in range(_AT_A_TIME)]
            futures = [
                channel.unary_unary(method).future(content, timeout=PATIENCE_SECONDS)
                for method, content in calls
            ]
            for future, (method, content) in zip(futures, calls, strict=True):
                assert future.code() in GRPC_CODES, (method, content, future.details())
                codes[future.code()] = codes.get(future.code(), 0) + 1
    assert codes[grpc.StatusCode.INVALID_ARGUMENT] > CALLS / 10
    assert is_well(server.address)


def test_http_requests_of_nonsense_end_in_answers(server):
    rng = random.Random(SEED)
    statuses = {}
    for _ in range(HTTP_REQUESTS):
        request = http_nonsense(rng)
        answer = bytes_answer(server.rest_address, request)
        status = http_status(answer)
        assert status != b"500", (request, answer)
        statuses[status] = statuses.get(status, 0) + 1
    assert statuses[b"400"] > HTTP_REQUESTS / 10
    assert statuses[b"200"] > HTTP_REQUESTS / 100
    assert is_well(server.address)


def test_frames_of_nonsense_end(server):
    rng = random.Random(SEED)
    for _ in range(FRAMES):
        bytes_answer(server.address, frames_nonsense(rng))
    assert is_well(server.address)


def test_a_message_that_is_too_large_is_refused(server):
    with grpc.insecure_channel(str(server.address)) as channel:
        with pytest.raises(grpc.RpcError) as failure:
            channel.unary_unary(PREDICT)(b"x" * (2 << 20), timeout=PATIENCE_SECONDS)
        assert failure.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        with pytest.raises(grpc.RpcError) as failure:
            channel.unary_unary(PREDICT)(b"\xff", timeout=PATIENCE_SECONDS)
        assert failure.value.details() == (
            "the bytes are no tensorflow.serving.PredictRequest; use the messages of "
            "tensorflow-serving-api"
        )
    assert is_well(server.address)
