"""The REST API over real connections."""

import base64
import contextlib
import http.client
import json
import socket

import pytest
from frazo_tools.serving.live_server import MAX_REQUEST_BYTES, live_server
from frazo_tools.serving.tiny_model import write_tiny_model

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    base = tmp_path_factory.mktemp("tiny")
    write_tiny_model(base / "3", version=3)
    with live_server({"tiny": base}) as server:
        yield server.rest_address


def ask(address, path, body=None, method=None):
    connection = http.client.HTTPConnection(address.host, address.port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        content = body if body is None or isinstance(body, bytes) else json.dumps(body)
        connection.request(method or ("GET" if body is None else "POST"), path, content)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def predict(address, body, version=""):
    return ask(address, f"/v1/models/tiny{version}:predict", body)


def test_rows(address):
    assert predict(address, {"instances": ["ab", {"b64": "Yw=="}]}) == (
        200,
        {"predictions": [{"upper": "AB", "lengths": 2}, {"upper": "C", "lengths": 1}]},
    )
    named = {"instances": [{"texts": "é"}], "signature_name": "letters"}
    # The bytes of a letter are no text.
    letters = [{"b64": base64.b64encode(bytes([byte])).decode()} for byte in "é".encode()]
    assert predict(address, named) == (200, {"predictions": [{"letters": letters, "lengths": 2}]})


def test_columns(address):
    body = {"signature_name": "scale", "inputs": {"x": [[1, 2.5], [0, -1]], "factor": 2}}
    # A single output stands for itself.
    assert predict(address, body) == (200, {"outputs": [[2.0, 5.0], [0.0, -2.0]]})
    body = {"signature_name": "total", "inputs": [1, 2]}
    assert predict(address, body, "/versions/3") == (200, {"outputs": 9})
    assert predict(address, {"inputs": ["a"]}) == (
        200,
        {"outputs": {"upper": ["A"], "lengths": [1]}},
    )


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"{", "the body is no JSON: Expecting property name enclosed in double quotes"),
        (b"\xff", "the body is no JSON: "),
        (b"[" * 100_000, "the body is no JSON: maximum recursion depth exceeded"),
        ([], 'the body is no object; expected {"instances": [...]}'),
        ({}, "give either instances, a list of rows, or inputs, the inputs by name"),
        ({"instances": ["a"], "inputs": ["a"]}, "give either instances, a list of rows, or inputs"),
        ({"instances": []}, "instances is no list of rows"),
        (
            {"instances": ["a"], "signature": "x"},
            "there is no key 'signature'; there are inputs, in",
        ),
        ({"instances": ["a"], "signature_name": 1}, "signature_name is no text"),
        (
            {"instances": ["a"], "signature_name": "x"},
            "the model has no signature 'x'; it has letter",
        ),
        ({"instances": [1]}, "input 'texts': 1 is no string"),
        ({"instances": ["a", ["b"]]}, "input 'texts': lists and values are mixed"),
        ({"instances": [["b"], "a"]}, "input 'texts': lists of the same depth differ in length"),
        ({"instances": [["a"]]}, "input 'texts' has shape (1, 1); expected (None,)"),
        ({"instances": [{"b64": "%"}]}, "input 'texts': b64 holds no base64: "),
        (
            {"instances": [{"text": "a"}]},
            "input 'texts' is missing; signature 'serving_default' has",
        ),
        (
            {"instances": [{"x": [1, 2]}], "signature_name": "scale"},
            "input 'factor' of signature 'scale' has no rows; give inputs",
        ),
        (
            {"instances": [1], "signature_name": "total"},
            "the outputs are no rows; give inputs in place of instances",
        ),
        (
            {"inputs": {"numbers": [2**63]}, "signature_name": "total"},
            "input 'numbers': 9223372036854775808 is no int64",
        ),
        (
            {"inputs": {"numbers": [True]}, "signature_name": "total"},
            "input 'numbers': True is no int64",
        ),
        (
            {"inputs": {"numbers": [1.5]}, "signature_name": "total"},
            "input 'numbers': 1.5 is no int64",
        ),
        (
            {"inputs": {"x": [[1e39, 0]], "factor": 1}, "signature_name": "scale"},
            "input 'x': 1e+39 is no float32",
        ),
        (
            {"inputs": {"x": [[10**400, 0]], "factor": 1}, "signature_name": "scale"},
            "input 'x': 1000000000000000000000000000000000000000 is no float32",
        ),
        ({"inputs": "a"}, "input 'texts' has shape (); expected (None,)"),
        ({"inputs": {"x": 1}, "signature_name": "scale"}, "input 'factor' is missing"),
    ],
)
def test_what_a_wrong_request_is_told(address, body, text):
    status, found = predict(address, body)
    assert status == 400
    assert found["error"].startswith(text)


def test_what_is_not_there(address):
    status, found = ask(address, "/v1/models/none:predict", {"instances": ["a"]})
    assert (status, found["error"]) == (404, "there is no model 'none'; there is tiny")
    status, found = predict(address, {"instances": ["a"]}, "/versions/2")
    assert (status, found["error"]) == (404, "model 'tiny' has no version 2; it has 3")
    status, found = ask(address, "/v1/models/tiny:classify", {"examples": []})
    assert (status, found["error"]) == (
        501,
        "this server knows no signatures that take tf.Example; ask for :predict",
    )
    assert ask(address, "/v1/models")[0] == 404
    assert ask(address, "/v2/models/tiny") == (404, {"error": "there is only /metrics, /v1/"})
    assert ask(address, "/v1/models/tiny:predict") == (405, {"error": "ask for this path by POST"})


def test_the_state_of_a_model(address):
    status = {
        "version": "3",
        "state": "AVAILABLE",
        "status": {"error_code": "OK", "error_message": ""},
    }
    assert ask(address, "/v1/models/tiny") == (200, {"model_version_status": [status]})
    assert ask(address, "/v1/models/tiny/versions/3") == (200, {"model_version_status": [status]})
    assert ask(address, "/v1/models/tiny/versions/4") == (
        404,
        {"error": "model 'tiny' has no version 4; it has 3"},
    )


def test_what_signatures_take_and_return(address):
    status, found = ask(address, "/v1/models/tiny/metadata")
    assert status == 200
    assert found["model_spec"] == {"name": "tiny", "signature_name": "", "version": "3"}
    scale = found["metadata"]["signature_def"]["signature_def"]["scale"]
    assert scale["inputs"]["x"]["dtype"] == "DT_FLOAT"
    assert [each["size"] for each in scale["inputs"]["x"]["tensor_shape"]["dim"]] == ["-1", "2"]


def raw(address, content):
    """Sends bytes and their end; returns the status line and the body of the answer."""
    with socket.create_connection(address, PATIENCE_SECONDS) as client:
        client.sendall(content)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while part := client.recv(1 << 16):
            answer += part
    head, _, body = answer.partition(b"\r\n\r\n")
    return head.split(b"\r\n")[0].decode(), body.decode()


@pytest.mark.parametrize(
    ("headers", "status", "text"),
    [
        ("Content-Length: 50", 400, "the body is not complete"),
        ("Content-Length: -1", 400, "Content-Length is no number"),
        (f"Content-Length: {'9' * 5000}", 413, f"the body has more than {MAX_REQUEST_BYTES} bytes"),
        (
            f"Content-Length: {MAX_REQUEST_BYTES + 1}\r\nExpect: 100-continue",
            413,
            f"the body has more than {MAX_REQUEST_BYTES} bytes",
        ),
        (
            "Transfer-Encoding: chunked",
            411,
            "send the body's Content-Length, and no Transfer-Encoding",
        ),
        ("X: y", 411, "send the body's Content-Length, and no Transfer-Encoding"),
    ],
)
def test_bodies_that_are_not_read(address, headers, status, text):
    request = f"POST /v1/models/tiny:predict HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n{{}}"
    line, body = raw(address, request.encode())
    assert line.startswith(f"HTTP/1.1 {status} ")
    assert json.loads(body) == {"error": text}


def test_a_client_that_waits_to_be_asked_for_its_body(address):
    # As curl does with a large one.
    body = json.dumps({"instances": ["a"]}).encode()
    with socket.create_connection(address, PATIENCE_SECONDS) as client:
        client.sendall(
            b"POST /v1/models/tiny:predict HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        )
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(body)
        answer = client.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["predictions"][0]["upper"] == "A"


def test_metrics(address):
    predict(address, {"instances": ["a", "b"]})
    predict(address, {})
    connection = http.client.HTTPConnection(address.host, address.port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", "/metrics")
        lines = connection.getresponse().read().decode().splitlines()
    values = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert values['frazo_serving_version{model="tiny",version="3"}'] == "1.0"
    labels = 'model="tiny",protocol="rest"'
    answered = float(values[f'frazo_serving_requests_total{{code="OK",{labels}}}'])
    refused = float(values[f'frazo_serving_requests_total{{code="INVALID_ARGUMENT",{labels}}}'])
    assert answered >= 1
    assert refused >= 1
    assert float(values[f"frazo_serving_request_seconds_count{{{labels}}}"]) >= answered + refused
    batches = 'frazo_serving_batch_rows_count{model="tiny",signature="serving_default"}'
    rows = 'frazo_serving_batch_rows_sum{model="tiny",signature="serving_default"}'
    assert float(values[rows]) > float(values[batches]) >= 1
    queue = 'frazo_serving_queue_requests{model="tiny",signature="serving_default",version="3"}'
    assert values[queue] == "0.0"
