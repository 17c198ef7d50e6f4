"""Losses, errors and texts of a transducer on an encoder's output."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import transducer_pb2
from frazo.tasks.asr.speech_head import Labels
from frazo.tasks.asr.transducer_head import TransducerHead
from google.protobuf import text_format

EVALUATION = StepContext.for_evaluation(seed=1)
HEAD = """
vocab_size: 6
prediction { embedding_dim: 3 lstm_stack { num_layers: 1 layer { units: 4 } } }
joint { units: 5 }
"""


def head(extra=""):
    message = text_format.Parse(HEAD + extra, transducer_pb2.Transducer())
    return TransducerHead(message, Place(path="transducer", seed=1, input_shape=(None, None, 3)))


@pytest.fixture
def encoded():
    values = tf.random.stateless_normal([3, 5, 3], [1, 2])
    return Memory(values, SequenceLayout.of_lengths(tf.constant([5, 3, 0]), 5))


LABELS = Labels(tf.constant([[1, 5, 0], [2, 0, 0], [3, 3, 3]]), tf.constant([2, 1, 3]))


def test_a_text_without_a_frame_counts_for_nothing(encoded):
    loss, metrics = head().loss(encoded, LABELS, EVALUATION)
    assert float(loss.weight) == float(metrics["transducer_loss"][1]) == 3
    first = Memory(encoded.values[:2], SequenceLayout(encoded.layout.mask[:2]))
    labels = Labels(LABELS.tokens[:2, :2], LABELS.lengths[:2])
    np.testing.assert_allclose(
        head().loss(first, labels, EVALUATION)[0].total, loss.total, rtol=1e-5
    )


def test_evaluation_counts_wrong_tokens(encoded):
    layer = head()
    found = layer.recognize(encoded)
    right = Labels(found.tokens[:, 0], found.lengths[:, 0])
    rate, weight = layer.evaluate(encoded, right, EVALUATION)[1]["token_error_rate"]
    assert float(rate) == 0
    assert float(weight) == float(tf.reduce_sum(found.lengths))
    wrong = Labels((right.tokens + 1) % 6, right.lengths)
    assert float(layer.evaluate(encoded, wrong, EVALUATION)[1]["token_error_rate"][0]) > 0


def test_a_beam_gives_several_texts_best_first(encoded):
    layer = head("beam_width: 3")
    assert layer.search == "a beam of 3 hypotheses"
    found = layer.recognize(encoded)
    assert found.lengths.shape == [3, 3]
    scores = found.scores.numpy()
    assert (np.diff(scores[:2]) <= 0).all()
    # Without a frame there is one text, the empty one.
    assert scores[2].tolist() == [0, -np.inf, -np.inf]
