"""Clients that send nonsense get errors, and the server goes on."""

import contextlib
import json
import os
import random
import socket

import grpc
import pytest
import tensorflow as tf
from frazo_tools.serving.live_server import live_server
from frazo_tools.serving.tiny_model import write_tiny_model
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, predict_pb2

PATIENCE_SECONDS = 60
CALLS = 3000 * int(os.environ.get("FRAZO_TEST_EXAMPLES") or 1)
HTTP_REQUESTS = 1500 * int(os.environ.get("FRAZO_TEST_EXAMPLES") or 1)
SEED = int(os.environ.get("FRAZO_TEST_SEED") or 0)
_AT_A_TIME = 20

# What a server may say to nonsense.
CODES = {
    grpc.StatusCode.OK,
    grpc.StatusCode.INVALID_ARGUMENT,
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.UNIMPLEMENTED,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    base = tmp_path_factory.mktemp("tiny")
    write_tiny_model(base / "1")
    with live_server({"tiny": base}) as server:
        yield server


def predict_request(signature, **inputs):
    request = predict_pb2.PredictRequest(output_filter=[])
    request.model_spec.name = "tiny"
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request


METADATA = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
METADATA.model_spec.name = "tiny"
STATUS = get_model_status_pb2.GetModelStatusRequest()
STATUS.model_spec.name = "tiny"
PREDICT = "/tensorflow.serving.PredictionService/Predict"
# Messages that make sense, for nonsense that is nearly sense.
SENSE = [
    (PREDICT, predict_request("", texts=["ab", "c"])),
    (PREDICT, predict_request("letters", texts=["ab"])),
    (PREDICT, predict_request("scale", x=[[1.0, 2.0]], factor=2.0)),
    (PREDICT, predict_request("total", numbers=tf.constant([1, 2], tf.int64).numpy())),
    ("/tensorflow.serving.PredictionService/GetModelMetadata", METADATA),
    ("/tensorflow.serving.PredictionService/Classify", METADATA),
    ("/tensorflow.serving.PredictionService/MultiInference", METADATA),
    ("/tensorflow.serving.ModelService/GetModelStatus", STATUS),
    ("/tensorflow.serving.ModelService/HandleReloadConfigRequest", STATUS),
]


def mutated(rng, content):
    """Returns the bytes with some changed, inserted, repeated or missing."""
    text = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        place = rng.randint(0, len(text))
        kind = rng.random()
        if kind < 0.5 and place < len(text):
            text[place] = rng.randrange(256)
        elif kind < 0.7:
            text[place:place] = rng.randbytes(rng.randint(1, 9))
        elif kind < 0.8:
            text[place:place] = text[: rng.randint(0, 40)]
        else:
            del text[place : place + rng.randint(1, 9)]
    return bytes(text)


def changed_tensor(rng, request):
    """Gives the tensor of an input another type or shape, or other values."""
    if not request.inputs:
        return
    tensor = request.inputs[rng.choice(sorted(request.inputs))]
    kind = rng.randrange(5)
    if kind == 0:
        tensor.dtype = rng.randint(0, 120)
    elif kind == 1:
        tensor.tensor_shape.dim.add(size=rng.choice([-2, -1, 0, 1, 2, 3, 10**6, 2**40, 2**63 - 1]))
    elif kind == 2 and tensor.tensor_shape.dim:
        tensor.tensor_shape.dim[0].size = rng.choice([-(2**63), -1, 0, 1, 5, 2**62])
    elif kind == 3:
        tensor.tensor_content = rng.randbytes(rng.randint(0, 20))
    else:
        tensor.int_val.append(rng.randint(-5, 5))
        tensor.string_val.append(rng.randbytes(3))


def nonsense(rng):
    """Returns a method and bytes for it."""
    method, message = rng.choice(SENSE)
    kind = rng.random()
    if kind < 0.1:
        return method, rng.randbytes(rng.choice([0, 1, 5, 40, 400]))
    if kind < 0.5 and isinstance(message, predict_pb2.PredictRequest):
        changed = predict_pb2.PredictRequest()
        changed.CopyFrom(message)
        for _ in range(rng.randint(1, 3)):
            changed_tensor(rng, changed)
        return method, changed.SerializeToString()
    return method, mutated(rng, message.SerializeToString())


def is_well(server):
    """Whether the server answers sense."""
    with grpc.insecure_channel(str(server.address)) as channel:
        method, request = SENSE[0]
        call = channel.unary_unary(
            method, request.SerializeToString, predict_pb2.PredictResponse.FromString
        )
        return tf.make_ndarray(
            call(request, timeout=PATIENCE_SECONDS).outputs["upper"]
        ).tolist() == [b"AB", b"C"]


def test_calls_of_nonsense_end_in_answers(server):
    rng = random.Random(SEED)
    codes = {}
    with grpc.insecure_channel(str(server.address)) as channel:
        for _ in range(0, CALLS, _AT_A_TIME):
            calls = [nonsense(rng) for _ in range(_AT_A_TIME)]
            futures = [
                channel.unary_unary(method).future(content, timeout=PATIENCE_SECONDS)
                for method, content in calls
            ]
            for future, (method, content) in zip(futures, calls, strict=True):
                assert future.code() in CODES, (method, content, future.details())
                codes[future.code()] = codes.get(future.code(), 0) + 1
    assert codes[grpc.StatusCode.INVALID_ARGUMENT] > CALLS / 10
    assert is_well(server)


BODIES = [
    {"instances": ["ab", {"b64": "Yw=="}]},
    {"signature_name": "scale", "inputs": {"x": [[1, 2.5], [0, -1]], "factor": 2}},
    {"signature_name": "total", "inputs": {"numbers": [1, 2, 3]}},
    {"signature_name": "letters", "instances": [{"texts": "a\u00e9"}, {"texts": ""}]},
]
VALUES = [
    "a",
    "",
    0,
    -1,
    1.5,
    1e39,
    10**30,
    True,
    None,
    [],
    {},
    [[]],
    [[1], 2],
    {"b64": 1},
    "\ud800",
]


def changed_json(rng, value):
    """Returns a value of JSON with a part replaced."""
    if rng.random() < 0.25:
        return rng.choice(VALUES)
    if isinstance(value, list) and value:
        place = rng.randrange(len(value))
        return [changed_json(rng, v) if i == place else v for i, v in enumerate(value)]
    if isinstance(value, dict) and value:
        key = rng.choice(sorted(value))
        return {**value, key: changed_json(rng, value[key])}
    return rng.choice(VALUES)


def http_nonsense(rng):
    """Returns the bytes of a request that is nearly one."""
    body = json.dumps(changed_json(rng, rng.choice(BODIES))).encode()
    if rng.random() < 0.3:
        body = mutated(rng, body)
    method = rng.choice([b"POST"] * 8 + [b"GET", b"PUT"])
    path = rng.choice(
        [b"/v1/models/tiny:predict"] * 8
        + [b"/v1/models/tiny/versions/1:predict", b"/v1/models/tiny/metadata", b"/v1/models/tiny"]
    )
    head = b"%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n"
    request = head % (method, path, len(body)) + body
    return mutated(rng, request) if rng.random() < 0.4 else request


def http_answer(address, request):
    """Sends bytes and their end; returns the answer, as far as there is one."""
    answer = b""
    # The server may hang up before it has read everything.
    with (
        contextlib.suppress(ConnectionError),
        socket.create_connection(address, PATIENCE_SECONDS) as client,
    ):
        client.sendall(request)
        client.shutdown(socket.SHUT_WR)
        while part := client.recv(1 << 16):
            answer += part
    return answer


def test_http_requests_of_nonsense_end_in_answers(server):
    rng = random.Random(SEED)
    statuses = {}
    for _ in range(HTTP_REQUESTS):
        request = http_nonsense(rng)
        answer = http_answer(server.rest_address, request)
        # Some are no requests, and get no answer.
        status = answer.split(b" ")[1][:3] if answer.startswith(b"HTTP/") else b""
        assert status != b"500", (request, answer)
        statuses[status] = statuses.get(status, 0) + 1
    assert statuses[b"400"] > HTTP_REQUESTS / 10
    assert statuses[b"200"] > HTTP_REQUESTS / 100
    assert is_well(server)


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
    assert is_well(server)
