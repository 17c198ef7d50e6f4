import types

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import point_detection_pb2, prepare_scene_pb2, processor_pb2
from frazo.tasks.car.anchor_boxes import at_centers
from frazo.tasks.car.point_detection import PointDetection
from frazo.tasks.car.small_scenes import ANCHORS, make_batch
from google.protobuf import text_format

_EVALUATION = StepContext.for_evaluation(seed=0)
_TEXT = """
    network {
      featurizer { units: 4 blocks { hidden_units: 8 units: 6 } }
      offset_units: 5
    }
    classes { name: "Car" }
    classes { name: "Pedestrian" loss_weight: 2 }
    unused_outputs: 1
"""


@pytest.fixture(scope="module")
def batch():
    return {name: tf.constant(value) for name, value in make_batch(3, seed=1).items()}


def spec_of(batch):
    return {
        name: tf.TensorSpec([None, *value.shape[1:]], value.dtype) for name, value in batch.items()
    }


def make_task(batch, text=_TEXT, **spec):
    message = text_format.Parse(text, point_detection_pb2.PointDetection(anchors=ANCHORS))
    return PointDetection(message, Place(seed=1), input_spec=spec_of(batch) | spec)


@pytest.fixture
def task(batch):
    return make_task(batch)


def test_the_loss_is_a_mean_over_scenes(task, batch):
    loss, metrics = task.loss(batch, _EVALUATION)
    assert float(loss.weight) == 3
    of_one = [task.loss(_scene(batch, row), _EVALUATION)[0] for row in range(3)]
    np.testing.assert_allclose(loss.total, tf.add_n([each.total for each in of_one]), rtol=1e-5)
    values = {name: float(mean) for name, (mean, _) in metrics.items()}
    parts = values["loss/classification"] + values["loss/regression"]
    assert float(loss.mean) == pytest.approx(parts, rel=1e-5)
    parts = [values[f"loss/regression/{name}"] for name in ("loc", "dim", "rot")]
    assert values["loss/regression"] == pytest.approx(sum(parts), rel=1e-5)
    assert values["num_examples_in_batch"] == 3
    assert int(task.num_examples(batch)) == 3


def _scene(batch, row):
    return {name: value[row : row + 1] for name, value in batch.items()}


def test_weights_of_the_message_are_factors(batch):
    text = _TEXT + "loss { classification_weight: 5 regression_weight: 2 location_weight: 7 }"
    plain, weighted = (
        {
            name: float(mean)
            for name, (mean, _) in make_task(batch, each).loss(batch, _EVALUATION)[1].items()
        }
        for each in (_TEXT, text)
    )
    for name, factor in [
        ("loss/classification", 5),
        ("loss/regression/loc", 2 * 7 / 9),
        ("loss/regression/dim", 2 / 3),
        ("loss/regression/rot", 2 / 3),
    ]:
        assert weighted[name] == pytest.approx(factor * plain[name], rel=1e-4), name


def test_centres_without_points_do_not_count(task, batch):
    # The last centre of each scene has none.
    labels = batch["anchor_labels"].numpy()
    labels[:, -1] = 1
    changed = batch | {"anchor_labels": tf.constant(labels)}
    np.testing.assert_array_equal(batch["neighbor_counts"][:, -1], [0, 0, 0])
    one, other = (task.loss(each, _EVALUATION)[0].total for each in (batch, changed))
    np.testing.assert_array_equal(one, other)


def test_a_new_network_errs_as_its_anchors_do(task, batch):
    metrics = task.evaluate(batch, _EVALUATION).metrics
    # The anchors that stand for a car are less than a metre off in x and y, and some 0.1 m in z.
    distance, weight = metrics["error/center_distance"]
    assert 0 < float(distance) < 1.1
    assert float(weight) == np.sum(batch["anchor_labels"] > 0)
    assert {"loss", "error/rotation_deg", "loss/regression/rot"} <= metrics.keys()


def test_detections_are_in_the_place_of_the_anchors_they_come_from(batch):
    text = _TEXT.replace('"Car"', '"Car" score_threshold: 0 most_detections: 3')
    task = make_task(batch, text.replace("loss_weight: 2", "score_threshold: 0.1"))
    kernel = task.network.logits.kernel
    kernel.assign(tf.zeros_like(kernel))
    found = tf.function(task.detect, autograph=False)(batch)
    assert found.boxes.shape == (3, 2, 512, 7)
    # All anchors have the probability of the bias; only one class takes so little.
    np.testing.assert_array_equal(found.counts, [[3, 0]] * 3)
    np.testing.assert_allclose(found.scores[:, 0, :3], np.full([3, 3], 0.01), rtol=1e-3)
    anchors = at_centers(task.anchors, batch["centers"])
    for row in range(3):
        distances = tf.norm(anchors[row] - found.boxes[row, 0, 0], axis=-1)
        assert float(tf.reduce_min(distances)) < 1e-5


def texts(**fields):
    """Describes an input with a prepare_scene step."""
    scene = prepare_scene_pb2.PrepareScene(**fields)
    return types.SimpleNamespace(steps=lambda: [processor_pb2.Step(prepare_scene=scene)])


def test_an_input_with_other_classes_is_an_error(task):
    message = r"are Car, Cyclist, but the classes of task.point_detection are Car, Pedestrian. Give"
    with pytest.raises(ValueError, match=message):
        task.check_input(texts(model_classes=["Car", "Cyclist"]))


def test_an_input_with_other_anchors_is_an_error(task):
    classes = ["Car", "Pedestrian"]
    targets = prepare_scene_pb2.PrepareScene.AnchorTargets(anchors=ANCHORS)
    assert task.check_input(texts(model_classes=classes, targets=targets)) == []
    targets.anchors.z_offsets[0] = -0.5
    with pytest.raises(ValueError, match=r"the anchors of prepare_scene.targets are others than"):
        task.check_input(texts(model_classes=classes, targets=targets))


def test_a_decoder_needs_the_names_of_the_classes(task):
    assert task.decoder(texts(class_names=["Background", "Car"])).search
    with pytest.raises(ValueError, match="nothing says which class names"):
        task.decoder(types.SimpleNamespace(steps=list))


def test_the_first_class_makes_the_headline(task):
    assert task.headline == ("Car/AP_moderate", "loss")


def test_batches_without_targets_are_an_error_that_names_the_step(batch):
    incomplete = {name: value for name, value in batch.items() if name != "anchor_labels"}
    with pytest.raises(ValueError, match=r"no feature 'anchor_labels'.*A prepare_scene step makes"):
        make_task(incomplete)


def test_other_anchors_than_those_of_the_batches_are_an_error(batch):
    spec = tf.TensorSpec([None, 37, 20], tf.int32)
    message = r"20 anchors in the batches, but 36 in task.point_detection.anchors. Give the prepare"
    with pytest.raises(ValueError, match=message):
        make_task(batch, anchor_labels=spec)
