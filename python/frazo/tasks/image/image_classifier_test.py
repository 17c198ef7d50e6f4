import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import image_classifier_pb2
from frazo.tasks.image.image_classifier import ImageClassifier
from google.protobuf import text_format

_SPEC = {"image": tf.TensorSpec([2, 1, 2, 1], tf.float32)}
_BATCH = {
    "image": tf.constant([[[[1.0], [0.0]]], [[[0.0], [1.0]]]]),
    "raw": tf.constant([[[[255], [0]]], [[[0], [255]]]], tf.uint8),
    "label": tf.constant([0, 0]),
    "weight": tf.constant([1.0, 1.0]),
}
_EVALUATION = StepContext.for_evaluation(seed=0)


@pytest.fixture
def task():
    """The logits are (log 3, 0) for the first image of the batch and (0, log 3) for the second."""
    text = "network { layers { flatten {} } } softmax { num_classes: 2 }"
    message = text_format.Parse(text, image_classifier_pb2.ImageClassifier())
    task = ImageClassifier(message, Place(seed=1), input_spec=_SPEC)
    task.softmax.kernel.assign([[math.log(3), 0], [0, math.log(3)]])
    return task


def test_loss_is_the_mean_cross_entropy(task):
    loss, metrics = task.loss(_BATCH, _EVALUATION)
    # The label has probability 3/4 for the first image and 1/4 for the second.
    expected = (math.log(4 / 3) + math.log(4)) / 2
    assert float(loss.mean) == pytest.approx(expected, rel=1e-6)
    assert set(metrics) == {"log_pplx", "num_examples_in_batch"}


def test_padding_counts_neither_for_the_loss_nor_as_an_error(task):
    batch = _BATCH | {"weight": tf.constant([1.0, 0.0])}
    loss, _ = task.loss(batch, _EVALUATION)
    assert float(loss.mean) == pytest.approx(math.log(4 / 3), rel=1e-6)
    output = task.evaluate(batch, _EVALUATION)
    np.testing.assert_array_equal(output.examples["is_shown"], [False, False])
    assert int(task.num_examples(batch)) == 1


def test_evaluation_gives_predictions_and_accuracies(task):
    output = task.evaluate(_BATCH, _EVALUATION)
    assert {name: float(value) for name, (value, _) in output.metrics.items()} == {
        "loss": pytest.approx(0.836988, abs=1e-6),
        "log_pplx": pytest.approx(0.836988, abs=1e-6),
        "accuracy": 0.5,
        "error": 0.5,
        "acc5": 1,
        "error5": 0,
        "num_examples_in_batch": 2,
    }
    np.testing.assert_array_equal(output.examples["prediction"], [0, 1])
    np.testing.assert_array_equal(output.examples["is_shown"], [False, True])
    np.testing.assert_allclose(output.examples["loss"], [math.log(4 / 3), math.log(4)], rtol=1e-6)
    np.testing.assert_array_equal(output.examples["raw"], _BATCH["raw"])


def test_label_beyond_the_classes_is_an_error_that_names_the_remedy(task):
    batch = _BATCH | {"label": tf.constant([0, 7])}
    step = tf.function(lambda: task.loss(batch, _EVALUATION)[0].mean, autograph=False)
    message = "label that is not from 0 to 1. Raise softmax.num_classes"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        step()


def test_page_shows_what_it_is_given(task):
    example = {"raw": np.zeros((1, 2, 1), np.uint8), "label": 0, "prediction": 1}
    assert [value.tag for value in task.example_page([example])] == ["misclassified"]
    assert task.example_page([]) == []
