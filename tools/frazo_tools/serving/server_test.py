"""A whole server: several models, new versions, health, overload, protection, and its end."""

import concurrent.futures
import contextlib
import http.client
import io
import json
import ssl
import threading
import time

import grpc
import pytest
import tensorflow as tf
import trustme
from frazo.cluster.security import read_security
from frazo.program.errors import JobError
from frazo.proto import cluster_pb2
from frazo_tools.serving.live_server import LIMITS, live_server
from frazo_tools.serving.served_signature import ServedSignature
from frazo_tools.serving.tiny_model import write_tiny_model
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from tensorflow_serving.apis import (
    get_model_status_pb2,
    model_management_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

PATIENCE_SECONDS = 60
TOKEN = "correct-horse-battery-staple"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def total_request(model="tiny", version=None):
    """Asks for the total of 1 and 2, times the version."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = model
    request.model_spec.signature_name = "total"
    if version:
        request.model_spec.version.value = version
    request.inputs["numbers"].CopyFrom(tf.make_tensor_proto([1, 2], tf.int64))
    return request


@contextlib.contextmanager
def stub_of(server):
    with grpc.insecure_channel(str(server.address)) as channel:
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def total(stub, *args):
    answer = stub.Predict(total_request(*args), timeout=PATIENCE_SECONDS)
    return int(tf.make_ndarray(answer.outputs["total"]))


def wait_until(condition):
    ends = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < ends
        time.sleep(0.02)


def health(channel, service=""):
    request = health_pb2.HealthCheckRequest(service=service)
    return health_pb2_grpc.HealthStub(channel).Check(request, timeout=PATIENCE_SECONDS).status


class Gate:
    """Holds each run of a signature."""

    def __init__(self, monkeypatch):
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()
        run = ServedSignature.run

        def held(signature, inputs):
            self.entered.release()
            self.open.wait(PATIENCE_SECONDS)
            return run(signature, inputs)

        monkeypatch.setattr(ServedSignature, "run", held)


@pytest.fixture
def gate(monkeypatch):
    gate = Gate(monkeypatch)
    yield gate
    gate.open.set()


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    base = tmp_path_factory.mktemp("base")
    write_tiny_model(base / "1")
    return base


def test_several_models_and_their_new_versions(base, tmp_path):
    log = io.StringIO()
    with (
        live_server({"tiny": base, "other": tmp_path}, num_versions=2, log=log) as server,
        grpc.insecure_channel(str(server.address)) as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        assert total(stub) == 3
        with pytest.raises(grpc.RpcError) as failure:
            total(stub, "other")
        assert failure.value.code() == grpc.StatusCode.UNAVAILABLE
        assert health(channel) == NOT_SERVING
        write_tiny_model(tmp_path / "4", version=4)
        wait_until(lambda: health(channel) == SERVING)
        assert health(channel, "tensorflow.serving.PredictionService") == SERVING
        assert total(stub, "other") == 12
        write_tiny_model(tmp_path / "5", version=5)
        wait_until(lambda: total(stub, "other") == 15)
        assert total(stub, "other", 4) == 12
        status = get_model_status_pb2.GetModelStatusRequest()
        status.model_spec.name = "other"
        states = model_service_pb2_grpc.ModelServiceStub(channel).GetModelStatus(status)
        assert [each.version for each in states.model_version_status] == [5, 4]
    lines = log.getvalue().splitlines()
    assert lines[:2] == [f"gRPC at {server.address}", f"REST at {server.rest_address}"]
    assert f"model other: version 5 serves from {tmp_path}/5" in lines


def test_an_export_that_is_broken_and_its_state(base, tmp_path):
    write_tiny_model(tmp_path / "1")
    (tmp_path / "2").mkdir()
    (tmp_path / "2" / "saved_model.pb").write_bytes(b"\xff" * 50)
    with (
        live_server({"tiny": tmp_path}) as server,
        grpc.insecure_channel(str(server.address)) as channel,
    ):
        assert total(prediction_service_pb2_grpc.PredictionServiceStub(channel)) == 3
        stub = model_service_pb2_grpc.ModelServiceStub(channel)
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = "tiny"
        broken, there = stub.GetModelStatus(request).model_version_status
        assert (there.version, there.state) == (1, there.AVAILABLE)
        assert (broken.version, broken.state) == (2, broken.END)
        assert broken.status.error_code
        assert "saved_model.pb" in broken.status.error_message
        request.model_spec.version.value = 3
        with pytest.raises(grpc.RpcError, match="model 'tiny' has no version 3; it has 1, 2"):
            stub.GetModelStatus(request)
        with pytest.raises(grpc.RpcError, match="it finds new versions by itself"):
            stub.HandleReloadConfigRequest(model_management_pb2.ReloadConfigRequest())


def test_too_many_requests_are_refused_at_once(base, gate):
    with (
        live_server({"tiny": base}, limits=LIMITS._replace(max_queue=2)) as server,
        stub_of(server) as stub,
    ):
        running = stub.Predict.future(total_request(), timeout=PATIENCE_SECONDS)
        gate.entered.acquire()
        waiting = [stub.Predict.future(total_request(), timeout=PATIENCE_SECONDS) for _ in "12"]
        # Whichever came last is refused while the others wait.
        refused = []
        while not refused:
            one_more = stub.Predict.future(total_request(), timeout=PATIENCE_SECONDS)
            waiting.append(one_more)
            time.sleep(0.02)
            refused = [future for future in waiting if future.done()]
        assert refused[0].code() == grpc.StatusCode.RESOURCE_EXHAUSTED
        assert refused[0].details() == (
            "2 requests wait for signature 'total', which is the most (--max_queue). Ask again later."
        )
        status, body = post(server.rest_address, "tiny", {"inputs": [1], "signature_name": "total"})
        assert status == 429
        assert "Ask again later." in body["error"]
        gate.open.set()
        codes = [future.code() for future in [running, *waiting]]
        # The one that ran, and the two that waited.
        assert codes.count(grpc.StatusCode.OK) >= 3
        assert set(codes) == {grpc.StatusCode.OK, grpc.StatusCode.RESOURCE_EXHAUSTED}


def post(address, model, body, context=None, **headers):
    kind = http.client.HTTPSConnection if context else http.client.HTTPConnection
    keywords = {"context": context} if context else {}
    connection = kind(address.host, address.port, timeout=PATIENCE_SECONDS, **keywords)
    with contextlib.closing(connection):
        connection.request("POST", f"/v1/models/{model}:predict", json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())


def metrics(address):
    connection = http.client.HTTPConnection(address.host, address.port, timeout=PATIENCE_SECONDS)
    with contextlib.closing(connection):
        connection.request("GET", "/metrics")
        return connection.getresponse().read().decode()


def test_a_request_whose_deadline_is_over_is_not_run(base, gate):
    with live_server({"tiny": base}) as server, stub_of(server) as stub:
        running = stub.Predict.future(total_request(), timeout=PATIENCE_SECONDS)
        gate.entered.acquire()
        with pytest.raises(grpc.RpcError) as failure:
            stub.Predict(total_request(), timeout=0.05)
        assert failure.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
        # The server has heard of it.
        wait_until(lambda: 'code="CANCELLED"' in metrics(server.rest_address))
        gate.open.set()
        assert running.code() == grpc.StatusCode.OK
        assert total(stub) == 3
    # The first run was waited for above; the last one is the only other.
    assert gate.entered.acquire(blocking=False)
    assert not gate.entered.acquire(blocking=False)


def test_a_server_answers_what_it_has_before_it_ends(base, gate):
    with concurrent.futures.ThreadPoolExecutor(3) as threads, contextlib.ExitStack() as stack:
        server = stack.enter_context(live_server({"tiny": base}))
        stub = stack.enter_context(stub_of(server))
        calls = [stub.Predict.future(total_request(), timeout=PATIENCE_SECONDS)]
        gate.entered.acquire()
        body = {"inputs": [4], "signature_name": "total"}
        asked = threads.submit(post, server.rest_address, "tiny", body)
        repository = server.models.by_name["tiny"]
        wait_until(lambda: repository.find()[1].batcher.queue_lengths()["total"] == 1)
        ending = threads.submit(server.__exit__)
        time.sleep(0.1)
        assert not ending.done()
        gate.open.set()
        assert asked.result(PATIENCE_SECONDS) == (200, {"outputs": 4})
        assert calls[0].result(PATIENCE_SECONDS).model_spec.version.value == 1
        ending.result(PATIENCE_SECONDS)
        with pytest.raises(grpc.RpcError) as failure:
            stub.Predict(total_request(), timeout=PATIENCE_SECONDS)
        assert failure.value.code() == grpc.StatusCode.UNAVAILABLE


def test_reflection_lists_the_services(base):
    with (
        live_server({"tiny": base}) as server,
        grpc.insecure_channel(str(server.address)) as channel,
    ):
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        asked = [reflection_pb2.ServerReflectionRequest(list_services="")]
        (answer,) = stub.ServerReflectionInfo(iter(asked), timeout=PATIENCE_SECONDS)
    assert {service.name for service in answer.list_services_response.service} >= {
        "grpc.health.v1.Health",
        "tensorflow.serving.ModelService",
        "tensorflow.serving.PredictionService",
    }


def test_the_token_opens_the_server(base, tmp_path):
    (tmp_path / "token").write_text(TOKEN)
    security = read_security(cluster_pb2.ClusterSecurity(token_file=str(tmp_path / "token")))
    with (
        live_server({"tiny": base}, security=security) as server,
        grpc.insecure_channel(str(server.address)) as channel,
    ):
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        with pytest.raises(grpc.RpcError) as failure:
            stub.Predict(total_request(), timeout=PATIENCE_SECONDS)
        assert failure.value.code() == grpc.StatusCode.UNAUTHENTICATED
        assert failure.value.details() == (
            "the token is missing or wrong; send it as metadata, authorization: Bearer TOKEN"
        )
        header = (("authorization", f"Bearer {TOKEN}"),)
        assert stub.Predict(total_request(), timeout=PATIENCE_SECONDS, metadata=header).outputs
        # Probes carry no token.
        assert health(channel) == SERVING
        body = {"inputs": [1], "signature_name": "total"}
        assert post(server.rest_address, "tiny", body) == (
            401,
            {"error": "the token is missing or wrong"},
        )
        status, _ = post(server.rest_address, "tiny", body, Authorization=f"Bearer {TOKEN}")
        assert status == 200


def test_clients_need_a_certificate_of_the_authority(base, tmp_path):
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1", "localhost")
    files = {name: str(tmp_path / f"{name}.pem") for name in ("ca_file", "certificate_file")}
    key_file = str(tmp_path / "key_file.pem")
    authority.cert_pem.write_to_path(files["ca_file"])
    certificate.cert_chain_pems[0].write_to_path(files["certificate_file"])
    certificate.private_key_pem.write_to_path(key_file)
    security = read_security(cluster_pb2.ClusterSecurity(**files, key_file=key_file))
    with live_server({"tiny": base}, security=security) as server:
        own = security.certificates
        credentials = grpc.ssl_channel_credentials(own.ca, own.key, own.certificate)
        with grpc.secure_channel(str(server.address), credentials) as channel:
            assert total(prediction_service_pb2_grpc.PredictionServiceStub(channel)) == 3
        context = ssl.create_default_context(cafile=files["ca_file"])
        context.load_cert_chain(files["certificate_file"], key_file)
        body = {"inputs": [1], "signature_name": "total"}
        assert post(server.rest_address, "tiny", body, context) == (200, {"outputs": 1})
        stranger = grpc.ssl_channel_credentials(own.ca)
        with grpc.secure_channel(str(server.address), stranger) as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            with pytest.raises(grpc.RpcError) as failure:
                stub.Predict(total_request(), timeout=PATIENCE_SECONDS)
            assert failure.value.code() == grpc.StatusCode.UNAVAILABLE
        with stub_of(server) as stub, pytest.raises(grpc.RpcError):
            stub.Predict(total_request(), timeout=PATIENCE_SECONDS)


def test_a_port_that_is_taken_is_an_error(base):
    with live_server({"tiny": base}) as server:
        for ports in ((server.address.port, 0), (0, server.rest_address.port)):
            with (
                pytest.raises(JobError, match=f"127.0.0.1:{max(ports)}"),
                live_server({"tiny": base}, ports=ports),
            ):
                pass
    assert [thread.name for thread in threading.enumerate() if "batcher" in thread.name] == []
