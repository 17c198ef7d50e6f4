"""Requests that no client should send to a model server: nearly sense, and no sense at all.

They are for a server of the tiny model, named "tiny". A generator of random numbers decides each.
"""

import contextlib
import errno
import json
import random
import socket
import struct
from typing import Any

import grpc
import tensorflow as tf
from frazo.cluster.address import Address
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, predict_pb2

PATIENCE_SECONDS = 60

# What a server may say to nonsense, which is sometimes sense by chance.
GRPC_CODES = frozenset(
    [
        grpc.StatusCode.OK,
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.UNIMPLEMENTED,
    ]
)


def predict_request(signature: str, **inputs: object) -> predict_pb2.PredictRequest:
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


def mutated(rng: random.Random, content: bytes) -> bytes:
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


def changed_tensor(rng: random.Random, request: predict_pb2.PredictRequest) -> None:
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


def grpc_nonsense(rng: random.Random) -> tuple[str, bytes]:
    """Returns a method and bytes for it."""
    method, message = rng.choice(SENSE)
    kind = rng.random()
    if kind < 0.1:
        return method, rng.randbytes(rng.choice([0, 1, 5, 40, 400]))
    if kind < 0.15:
        return f"/tensorflow.serving.{rng.choice(['PredictionService/', ''])}{rng.random()}", b""
    if kind < 0.55 and isinstance(message, predict_pb2.PredictRequest):
        changed = predict_pb2.PredictRequest()
        changed.CopyFrom(message)
        if rng.random() < 0.2:
            changed.model_spec.name = rng.choice(["", "large", "tiny/../tiny", "t" * 10_000])
        if rng.random() < 0.2:
            changed.model_spec.version.value = rng.choice([-1, 0, 2, 2**63 - 1])
        for _ in range(rng.randint(1, 3)):
            changed_tensor(rng, changed)
        return method, changed.SerializeToString()
    return method, mutated(rng, message.SerializeToString())


def is_well(address: Address) -> bool:
    """Returns whether the server at this address, of gRPC, answers sense."""
    with grpc.insecure_channel(str(address)) as channel:
        method, request = SENSE[0]
        call = channel.unary_unary(
            method, request.SerializeToString, predict_pb2.PredictResponse.FromString
        )
        return tf.make_ndarray(
            call(request, timeout=PATIENCE_SECONDS).outputs["upper"]
        ).tolist() == [b"AB", b"C"]


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


def changed_json(rng: random.Random, value: Any) -> Any:
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


def http_nonsense(rng: random.Random) -> bytes:
    """Returns the bytes of a request that is nearly one."""
    body = json.dumps(changed_json(rng, rng.choice(BODIES))).encode()
    kind = rng.random()
    if kind < 0.3:
        body = mutated(rng, body)
    elif kind < 0.35:
        depth = rng.choice([50, 1000, 100_000])
        body = rng.choice([b"[", b'{"instances":', b'{"a":']) * depth
    elif kind < 0.4:
        body = b'{"instances": [%s]}' % rng.choice(
            [b"1" * 5000, b"1e999999999", b"-" * 100, b"NaN", b"0x10", b'"\\ud800"']
        )
    method = rng.choice([b"POST"] * 8 + [b"GET", b"PUT"])
    path = rng.choice(
        [b"/v1/models/tiny:predict"] * 8
        + [b"/v1/models/tiny/versions/1:predict", b"/v1/models/tiny/metadata", b"/v1/models/tiny"]
        + [b"/v1/models/large:predict", b"/v1/models/tiny/versions/9999999999999999999:predict"]
    )
    length = rng.choice([b"%d" % len(body)] * 20 + [b"-1", b"1e3", b"99999999999", b""])
    content_type = rng.choice([b"application/json"] * 5 + [b"text/html", b"\xff", b"a" * 9000])
    request = (
        b"%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %s\r\n\r\n%s"
        % (method, path, content_type, length, body)
    )
    kind = rng.random()
    if kind < 0.1:
        return request[: rng.randrange(len(request))]
    return mutated(rng, request) if kind < 0.4 else request


def frames_nonsense(rng: random.Random) -> bytes:
    """Returns bytes for the port of gRPC: frames of HTTP/2 that are cut off, or wrong."""
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
    frames = preface if rng.random() < 0.8 else rng.randbytes(rng.randint(0, 40))
    for _ in range(rng.randint(0, 4)):
        content = rng.randbytes(rng.choice([0, 1, 6, 8, 40]))
        stated = rng.choice([len(content)] * 4 + [0, 2**14, 2**24 - 1])
        kind, flags = rng.randrange(12), rng.choice([0, 1, 4, 5, 255])
        stream = rng.choice([0, 1, 3, 2**31 - 1])
        frames += struct.pack(">I", stated)[1:] + bytes([kind, flags])
        frames += struct.pack(">I", stream) + content
    return frames[: rng.randrange(len(frames) + 1)] if rng.random() < 0.3 else frames


def bytes_answer(address: Address, request: bytes) -> bytes:
    """Sends bytes and their end; returns the answer, as far as there is one."""
    answer = b""
    # The server may hang up before it has read everything.
    with (
        contextlib.suppress(ConnectionError),
        socket.create_connection((address.host, address.port), PATIENCE_SECONDS) as client,
    ):
        client.sendall(request)
        try:
            client.shutdown(socket.SHUT_WR)
        except OSError as error:
            if error.errno != errno.ENOTCONN:
                raise
        while part := client.recv(1 << 16):
            answer += part
    return answer


def http_status(answer: bytes) -> bytes:
    """Returns the status of an answer; nothing for what was no request and has no answer."""
    return answer.split(b" ")[1][:3] if answer.startswith(b"HTTP/") else b""
