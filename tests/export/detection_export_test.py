"""A detector that was exported: a Predictor, and the server over REST and gRPC, find the same."""

import json
import types
import urllib.error
import urllib.request

import frazo
import grpc
import numpy as np
import pytest
import tensorflow as tf
from frazo.export.detections import Camera
from frazo.export.export_folder import write_row_wise
from frazo.layers.place import Place
from frazo.proto import point_detection_pb2, processor_pb2
from frazo.tasks.car.point_detection import PointDetection
from frazo.tasks.car.small_scenes import ANCHORS, make_batch
from frazo_tools.serving.live_server import live_server
from google.protobuf import text_format
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

PATIENCE_SECONDS = 60
STEP = """
prepare_scene {
  centers { count: 37 min_z: -1.6 in_image: true }
  neighbors { count: 32 radius: 2.5 }
  model_classes: "Car"
  model_classes: "Van"
}
"""
TASK = """
network { featurizer { units: 4 blocks { hidden_units: 8 units: 6 } } offset_units: 5 }
classes { name: "Car" score_threshold: 0.002 most_detections: 4 }
classes { name: "Van" score_threshold: 0.001 most_detections: 3 }
"""


@pytest.fixture(name="batch", scope="module")
def _batch():
    return make_batch(2, seed=1)


@pytest.fixture(name="scans", scope="module")
def _scans(batch):
    whole, other = batch["points"]
    # Rows of a batch have as many points as the longest.
    return [whole, other[: len(other) // 2]]


@pytest.fixture(name="folder", scope="module")
def _folder(batch, tmp_path_factory):
    spec = {
        name: tf.TensorSpec([None, *each.shape[1:]], tf.as_dtype(each.dtype))
        for name, each in batch.items()
    }
    message = text_format.Parse(TASK, point_detection_pb2.PointDetection(anchors=ANCHORS))
    task = PointDetection(message, Place(seed=1), input_spec=spec)
    step = text_format.Parse(STEP, processor_pb2.Step())
    servable = task.servable(types.SimpleNamespace(steps=lambda: [step]))
    folder = tmp_path_factory.mktemp("base") / "1"
    tf.saved_model.save(servable, str(folder), signatures=servable.signatures())
    write_row_wise(folder, servable.row_wise())
    return folder


@pytest.fixture(name="model", scope="module")
def _model(folder):
    return frazo.Predictor(folder)


@pytest.fixture(name="server", scope="module")
def _server(folder):
    with live_server({"scans": folder.parent}) as server:
        yield server


def ask(server, question):
    """Returns the status and the answer of a request by REST."""
    url = f"http://{server.rest_address}/v1/models/scans:predict"
    try:
        with urllib.request.urlopen(
            url, json.dumps(question).encode(), timeout=PATIENCE_SECONDS
        ) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def row(scan, longest):
    points = np.pad(scan, ((0, longest - len(scan)), (0, 0)))
    return {"points": points.tolist(), "lengths": len(scan)}


def assert_found(found, boxes, scores, classes):
    assert [each.label for each in found] == [["Car", "Van"][number - 1] for number in classes]
    np.testing.assert_allclose([each.score for each in found], scores, rtol=1e-5)
    np.testing.assert_allclose([each.box for each in found], boxes, rtol=1e-4, atol=1e-4)


def test_rest_finds_what_a_predictor_finds(model, server, scans):
    expected = model.detect(scans)
    assert [len(each) for each in expected] == [7, 7]
    longest = max(map(len, scans))
    status, answer = ask(server, {"instances": [row(scan, longest) for scan in scans]})
    assert status == 200
    for found, prediction in zip(expected, answer["predictions"], strict=True):
        count = prediction.pop("num_detections")
        assert_found(found, **{name: values[:count] for name, values in prediction.items()})


def test_rest_takes_the_camera(model, server, batch, scans):
    matrix, size = batch["velo_to_image"][0], batch["image_size"][0]
    (expected,) = model.detect([scans[0]], [Camera(matrix.reshape(3, 4), *size.tolist())])
    camera = {"velo_to_image": matrix.tolist(), "image_sizes": size.tolist()}
    question = row(scans[0], len(scans[0])) | camera
    status, answer = ask(server, {"signature_name": "detect_with_camera", "instances": [question]})
    assert status == 200
    (prediction,) = answer["predictions"]
    assert prediction.pop("num_detections") == len(expected)
    assert_found(expected, **prediction)


def test_grpc_finds_what_a_predictor_finds(model, server, scans):
    (expected,) = model.detect(scans[1:])
    request = predict_pb2.PredictRequest()
    request.model_spec.name = "scans"
    request.inputs["points"].CopyFrom(tf.make_tensor_proto(scans[1][np.newaxis]))
    request.inputs["lengths"].CopyFrom(tf.make_tensor_proto(np.int32([len(scans[1])])))
    with grpc.insecure_channel(str(server.address)) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        outputs = stub.Predict(request, timeout=PATIENCE_SECONDS).outputs
    found = {name: tf.make_ndarray(each)[0] for name, each in outputs.items()}
    assert found.pop("num_detections") == len(expected)
    assert_found(expected, **found)


def test_the_server_tells_the_classes(server):
    status, answer = ask(server, {"signature_name": "about", "inputs": {}})
    assert status == 200
    assert answer["outputs"] == {"class_names": ["Car", "Van"], "num_features": 1}


def test_nothing_is_found_where_there_are_no_points(model, server):
    empty, unknown = np.zeros([0, 4], np.float32), np.full([3, 4], np.nan, np.float32)
    assert model.detect([empty]) == [[]]
    assert model.detect([empty, unknown]) == [[], []]
    question = {"points": [[[0.0, 0.0, 0.0, 0.0]]], "lengths": [0]}
    status, answer = ask(server, {"inputs": question})
    assert status == 200
    assert answer["outputs"]["num_detections"] == [0]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"lengths": 9}, "points, row 0: the length is 9; expected 0 .. 1"),
        ({"lengths": -1}, "points, row 0: the length is -1; expected 0 .. 1"),
        ({"points": [[1.0, 2.0, 3.0]]}, "input 'points'"),
        ({"points": 5}, "input 'points'"),
        ({"more": 1}, "there is no input 'more'"),
    ],
)
def test_a_wrong_question_is_told(server, changed, error):
    question = {"points": [[1.0, 2.0, 3.0, 0.5]], "lengths": 1} | changed
    status, answer = ask(server, {"instances": [question]})
    assert status == 400
    assert error in answer["error"]


def test_points_without_the_features_are_refused(model):
    with pytest.raises(ValueError, match=r"scan 0: shape \[2, 3\]; the model takes \[points, 4\]"):
        model.detect([np.zeros([2, 3], np.float32)])
