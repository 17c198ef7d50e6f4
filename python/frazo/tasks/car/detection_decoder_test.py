import json

import numpy as np
import pytest
import tensorflow as tf
from frazo.detection_scores import KITTI_LABELS, WAYMO_LABELS
from frazo.proto import point_detection_pb2
from frazo.tasks.car.detection_decoder import DetectionDecoder
from frazo.tasks.car.detection_scores import KittiScorer
from frazo.tasks.car.detections import Detections
from frazo.tasks.car.small_scenes import make_batch
from frazo.tasks.car.waymo_scores import WaymoScorer
from frazo.tasks.decoder import DecodingScores
from google.protobuf import text_format

_CAR, _TALL, _BEHIND = [12, 0, 0, 4, 2, 2, 0.5], [12, 0, 1, 4, 2, 9, 0], [-12, 0, 0, 4, 2, 2, 0]
_FOUND = Detections(
    boxes=tf.constant([[[_CAR, _TALL, _BEHIND], [_CAR, [0] * 7, [0] * 7]]], tf.float32),
    scores=tf.constant([[[0.75, 0.5, 0.25], [0.125, 0, 0]]]),
    counts=tf.constant([[3, 1]]),
)


def decoder(text="", names=KITTI_LABELS):
    text += 'classes { name: "Car" } classes { name: "Van" }'
    message = text_format.Parse(text, point_detection_pb2.PointDetection())
    return DetectionDecoder(lambda batch: _FOUND, message, names)


@pytest.fixture(scope="module")
def batch():
    return {name: tf.constant(value) for name, value in make_batch(1, seed=1).items()}


def record_of(decoder, batch):
    decode = tf.function(decoder.decode, autograph=False)
    outputs = {name: value.numpy() for name, value in decode(batch).items()}
    (record,) = decoder.records(outputs)
    return json.loads(json.dumps(record))


def test_a_record_has_detections_and_objects(batch):
    record = record_of(decoder(), batch)
    assert record["id"] == "scene0"
    wanted = [
        ("Car", 0.75, _CAR),
        ("Car", 0.5, _TALL),
        ("Car", 0.25, _BEHIND),
        ("Van", 0.125, _CAR),
    ]
    found = [(each["class"], each["score"], each["box"]) for each in record["detections"]]
    assert found == wanted
    # Behind the camera there is no picture.
    assert record["detections"][2]["image_box"] == [0, 0, 0, 0]
    assert [each["class"] for each in record["objects"]] == ["Car"] * 6
    np.testing.assert_array_equal(record["objects"][1]["box"], batch["boxes"][0, 1])
    assert (record["objects"][0]["difficulty"], record["objects"][0]["points"]) == (3, 60)


def test_what_the_camera_does_not_see_is_left_out(batch):
    # The picture has 400 rows, and the second box has 900.
    record = record_of(decoder("least_visible_share: 0.65 "), batch)
    assert [(each["class"], each["score"]) for each in record["detections"]] == [
        ("Car", 0.75),
        ("Van", 0.125),
    ]
    left, top, right, bottom = record["detections"][0]["image_box"]
    assert 0 < left < 500 < right < 1000
    assert 0 < top < 200 < bottom < 400


def test_without_a_camera_there_are_no_rectangles(batch):
    blind = batch | {"image_size": tf.zeros([1, 2], tf.int32)}
    record = record_of(decoder("least_visible_share: 0.65 "), blind)
    assert [sorted(each) for each in record["detections"]] == 4 * [["box", "class", "score"]]


def outputs_of(decoder, batch):
    return {name: value.numpy() for name, value in decoder.decode(batch).items()}


def test_a_page_shows_scans_with_both(batch):
    made = decoder()
    outputs = outputs_of(made, batch)
    figures = list(made.figures(outputs, 0).values())
    scorer = made.scorer()
    scorer.add(outputs, made.records(outputs))
    page = made.page("scenes", "After step 5", figures, scorer.result())
    assert "After step 5" in page
    assert "scene0" in page
    assert '"rules": "KITTI"' in page
    assert "Precision and recall" not in made.page("scenes", "", figures, DecodingScores({}, {}))
    with pytest.raises(ValueError, match="no page 'attention'"):
        made.page("attention", "", [], DecodingScores({}, {}))


def test_objects_count_by_class_and_difficulty(batch):
    # The van is known, as the second class; a tram is not. No score counts difficulty 0.
    changed = batch | {
        "box_labels": tf.constant([[1, 2, KITTI_LABELS.index("Tram"), 1, 1, 1]]),
        "box_difficulties": tf.constant([[3, 1, 3, 0, 2, 1]]),
    }
    made = decoder()
    (figure,) = made.figures(outputs_of(made, changed), 0).values()
    truths = json.loads(figure[figure.index("{") : figure.rindex("}") + 1])["truths"]
    assert [each.get("counts", True) for each in truths] == [True, True, False, False, True, True]


def test_a_scene_without_labels_has_no_objects_and_no_verdicts(batch):
    made = decoder()
    unlabelled = batch | {"labelled": tf.constant([0]), "boxes_length": tf.constant([0])}
    assert record_of(made, unlabelled)["objects"] is None
    outputs = outputs_of(made, unlabelled)
    (figure,) = made.figures(outputs, 0).values()
    assert '"truths": null' in figure
    assert "verdict" not in figure
    assert made.summaries(outputs, 0, 7)


def test_tensorboard_shows_scans_from_above(batch):
    made = decoder()
    (value,) = made.summaries(outputs_of(made, batch), 0, 7)
    assert value.tag == "scenes/scene0/from_above"
    assert value.image.encoded_image_string.startswith(b"\x89PNG")


def test_scores_are_those_of_the_data(batch):
    assert isinstance(decoder().scorer(), KittiScorer)
    assert isinstance(decoder(names=WAYMO_LABELS).scorer(), WaymoScorer)
    with pytest.raises(ValueError, match=r"are neither KITTI's, Background, Car, .* nor Waymo's"):
        decoder(names=["Car"])


def test_batches_without_truth_are_an_error_that_names_the_remedy(batch):
    without = {name: value for name, value in batch.items() if name != "box_labels"}
    with pytest.raises(
        ValueError, match=r"no feature 'box_labels'. Set truth in the prepare_scene"
    ):
        decoder().decode(without)
