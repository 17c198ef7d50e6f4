import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.step_context import StepContext
from frazo.proto import text_classifier_pb2
from frazo.tasks.classification.text_classifier import TextClassifier
from google.protobuf import text_format

_SPEC = {
    "text": tf.TensorSpec([None, None], tf.int32),
    "text_length": tf.TensorSpec([None], tf.int32),
    "label": tf.TensorSpec([None], tf.int32),
}
# The first text has two tokens with the mean (log 3, 0), the second has one with (0, log 3).
_BATCH = {
    "text": tf.constant([[0, 1], [2, 0]]),
    "text_length": tf.constant([2, 1]),
    "label": tf.constant([0, 0]),
}
_EVALUATION = StepContext.for_evaluation(seed=0)


def make(input_spec=_SPEC, extra=""):
    text = f"embedding {{ vocab_size: 3 dim: 2 }} softmax {{ num_classes: 2 }} {extra}"
    message = text_format.Parse(text, text_classifier_pb2.TextClassifier())
    return TextClassifier(message, Place(seed=1), input_spec=input_spec)


@pytest.fixture
def task():
    task = make()
    root = math.log(3)
    task.embedding.table.assign([[2 * root, 0], [0, 0], [0, root]])
    task.softmax.kernel.assign(np.eye(2))
    return task


def test_loss_is_the_mean_cross_entropy(task):
    loss, metrics = task.loss(_BATCH, _EVALUATION)
    # The label has probability 3/4 in the first text and 1/4 in the second.
    assert float(loss.mean) == pytest.approx((math.log(4 / 3) + math.log(4)) / 2, rel=1e-6)
    assert float(metrics["num_examples_in_batch"][0]) == 2
    assert int(task.num_examples(_BATCH)) == 2


def test_evaluation_gives_predictions_and_accuracies(task):
    output = task.evaluate(_BATCH, _EVALUATION)
    assert float(output.metrics["accuracy"][0]) == 0.5
    np.testing.assert_array_equal(output.examples["prediction"], [0, 1])
    np.testing.assert_array_equal(output.examples["is_shown"], [False, True])


def test_every_variable_learns(task):
    with tf.GradientTape() as tape:
        loss = task.loss(_BATCH, _EVALUATION)[0].mean
    assert [variable.name for variable in task.trainable_variables] == [
        "embedding/table:0",
        "softmax/bias:0",
        "softmax/kernel:0",
    ]
    gradients = tape.gradient(loss, task.trainable_variables)
    assert all(np.any(tf.convert_to_tensor(gradient)) for gradient in gradients)


_ENCODERS = [
    "lstm_stack { num_layers: 2 layer { units: 3 } bidirectional: true }",
    "transformer_stack { num_layers: 1 layer { "
    "self_attention { num_heads: 1 } feed_forward { hidden_units: 4 } } }",
    "multi_head_attention { num_heads: 2 }",
]


@pytest.mark.parametrize("encoder", _ENCODERS, ids=["lstm", "transformer", "attention"])
def test_an_encoder_reads_the_text_before_its_mean(encoder):
    task = make(extra=f"encoder {{ {encoder} }}")
    assert any(variable.name.startswith("encoder/") for variable in task.trainable_variables)
    with tf.GradientTape() as tape:
        loss, _ = task.loss(_BATCH, _EVALUATION)
    gradients = tape.gradient(loss, task.trainable_variables)
    assert all(gradient is not None for gradient in gradients)
    # The second text has one token, so that the id at its padding must not matter.
    other = _BATCH | {"text": tf.constant([[0, 1], [2, 1]])}
    np.testing.assert_allclose(task.loss(other, _EVALUATION)[0], loss, atol=1e-6)


def test_an_encoder_that_is_not_a_sequence_layer_is_an_error():
    with pytest.raises(TypeError, match=r"^encoder: Linear is not a SequenceLayer"):
        make(extra="encoder { custom { [type.googleapis.com/frazo.Linear] { units: 2 } } }")


def test_batches_without_a_feature_name_it():
    with pytest.raises(ValueError, match="the batches have no feature 'text_length', but label, "):
        make({name: spec for name, spec in _SPEC.items() if name != "text_length"})


def test_a_label_beyond_the_classes_is_an_error_that_names_the_remedy(task):
    batch = _BATCH | {"label": tf.constant([0, 7])}
    step = tf.function(lambda: task.loss(batch, _EVALUATION)[0].mean, autograph=False)
    message = "label that is not from 0 to 1. Raise softmax.num_classes"
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        step()
