"""Calls of PredictionService over real connections."""

import concurrent.futures

import grpc
import numpy as np
import pytest
import tensorflow as tf
from frazo_tools.serving.live_server import MAX_REQUEST_BYTES, live_server
from frazo_tools.serving.tiny_model import write_tiny_model
from google.protobuf import message_factory
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    inference_pb2,
    predict_pb2,
    prediction_service_pb2_grpc,
)

PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def stub(tmp_path_factory):
    base = tmp_path_factory.mktemp("tiny")
    write_tiny_model(base / "3", version=3)
    with (
        live_server({"tiny": base}) as server,
        grpc.insecure_channel(str(server.address)) as channel,
    ):
        yield prediction_service_pb2_grpc.PredictionServiceStub(channel)


def request_of(signature="", model="tiny", version=None, output_filter=(), **inputs):
    request = predict_pb2.PredictRequest(output_filter=output_filter)
    request.model_spec.name = model
    request.model_spec.signature_name = signature
    if version is not None:
        request.model_spec.version.value = version
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return request


def predict(stub, *args, **kwargs):
    answer = stub.Predict(request_of(*args, **kwargs), timeout=PATIENCE_SECONDS)
    return answer, {name: tf.make_ndarray(each).tolist() for name, each in answer.outputs.items()}


def test_a_prediction(stub):
    answer, outputs = predict(stub, texts=["ab", "c"])
    assert outputs == {"upper": [b"AB", b"C"], "lengths": [2, 1]}
    assert answer.model_spec.name == "tiny"
    assert answer.model_spec.version.value == 3
    assert answer.model_spec.signature_name == "serving_default"


def test_every_signature(stub):
    _, outputs = predict(stub, "scale", x=np.float32([[1, 2], [3, 4]]), factor=np.float32(10))
    assert outputs == {"scaled": [[10, 20], [30, 40]]}
    _, outputs = predict(stub, "letters", texts=["ab", ""])
    assert outputs == {"letters": [[b"a", b"b"], [b"", b""]], "lengths": [2, 0]}
    _, outputs = predict(stub, "total", version=3, numbers=np.int64([1, 2]))
    assert outputs == {"total": 9}
    _, outputs = predict(stub, output_filter=["lengths"], texts=["ab"])
    assert outputs == {"lengths": [2]}


def test_requests_of_many_clients_get_their_own_answers(stub):
    def ask(number):
        text = "x" * (number % 7) + str(number)
        _, outputs = predict(stub, "letters", texts=[text, "y"])
        return outputs == {
            "letters": [
                [*(letter.encode() for letter in text)],
                [b"y", *[b""] * (len(text) - 1)],
            ],
            "lengths": [len(text), 1],
        }

    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        assert all(clients.map(ask, range(100)))


X = np.float32([[1, 2]])
ONE = np.float32(1)


@pytest.mark.parametrize(
    ("request_", "code", "text"),
    [
        (request_of(model="none"), "NOT_FOUND", "there is no model 'none'; there is tiny"),
        (request_of(version=2), "NOT_FOUND", "model 'tiny' has no version 2; it has 3"),
        (
            request_of("none"),
            "INVALID_ARGUMENT",
            "the model has no signature 'none'; it has letters, scale, serving_default, total",
        ),
        (
            request_of("scale", x=X),
            "INVALID_ARGUMENT",
            "input 'factor' is missing; signature 'scale' has the inputs factor, x",
        ),
        (
            request_of(texts=["a"], text=["b"]),
            "INVALID_ARGUMENT",
            "there is no input 'text'; signature 'serving_default' has the inputs texts",
        ),
        (
            request_of("scale", x=X.astype(np.int32), factor=ONE),
            "INVALID_ARGUMENT",
            "input 'x' has type int32; expected float32",
        ),
        (
            request_of("scale", x=X[0], factor=ONE),
            "INVALID_ARGUMENT",
            "input 'x' has shape (2); expected (None, 2)",
        ),
        (
            request_of("scale", x=X, factor=np.float32(13)),
            "INVALID_ARGUMENT",
            "an unlucky factor",
        ),
        (
            request_of(texts=["a"] * 9),
            "INVALID_ARGUMENT",
            "the request has 9 rows; signature 'serving_default' takes at most 8 "
            "(--max_batch_size). Divide the request.",
        ),
        (
            request_of(output_filter=["lower"], texts=["a"]),
            "INVALID_ARGUMENT",
            "output_filter: signature 'serving_default' has no output 'lower'; it has lengths, upper",
        ),
    ],
)
def test_what_a_wrong_request_is_told(stub, request_, code, text):
    with pytest.raises(grpc.RpcError) as failure:
        stub.Predict(request_, timeout=PATIENCE_SECONDS)
    assert failure.value.code().name == code
    assert text in failure.value.details()


def test_a_small_message_does_not_stand_for_a_large_tensor(stub):
    request = request_of("total", numbers=np.int64([1]))
    request.inputs["numbers"].CopyFrom(tf.make_tensor_proto(np.int64([1])))
    request.inputs["numbers"].tensor_shape.dim[0].size = 10**12
    with pytest.raises(grpc.RpcError) as failure:
        stub.Predict(request, timeout=PATIENCE_SECONDS)
    assert failure.value.details() == (
        f"input 'numbers' has {10**12} elements, which take more than {MAX_REQUEST_BYTES} bytes"
    )


def test_a_label_of_a_version_is_unknown(stub):
    request = request_of(texts=["a"])
    request.model_spec.version_label = "stable"
    with pytest.raises(grpc.RpcError, match="this server knows no labels; give the version"):
        stub.Predict(request, timeout=PATIENCE_SECONDS)


def test_what_signatures_take_and_return(stub):
    request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=["signature_def"])
    request.model_spec.name = "tiny"
    answer = stub.GetModelMetadata(request, timeout=PATIENCE_SECONDS)
    assert answer.model_spec.version.value == 3
    found = get_model_metadata_pb2.SignatureDefMap()
    assert answer.metadata["signature_def"].Unpack(found)
    assert found.signature_def["scale"].inputs["x"].dtype == tf.float32.as_datatype_enum
    assert [d.size for d in found.signature_def["scale"].inputs["x"].tensor_shape.dim] == [-1, 2]
    del request.metadata_field[:]
    with pytest.raises(grpc.RpcError, match="metadata_field is empty; give signature_def"):
        stub.GetModelMetadata(request, timeout=PATIENCE_SECONDS)
    request.metadata_field.append("graph")
    with pytest.raises(grpc.RpcError, match="there is only signature_def, no 'graph'"):
        stub.GetModelMetadata(request, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("method", ["Classify", "Regress", "MultiInference"])
def test_methods_that_take_examples_are_not_there(stub, method):
    service = inference_pb2.DESCRIPTOR.pool.FindServiceByName(
        "tensorflow.serving.PredictionService"
    )
    request = message_factory.GetMessageClass(service.methods_by_name[method].input_type)()
    with pytest.raises(grpc.RpcError) as failure:
        getattr(stub, method)(request, timeout=PATIENCE_SECONDS)
    assert failure.value.code() == grpc.StatusCode.UNIMPLEMENTED
