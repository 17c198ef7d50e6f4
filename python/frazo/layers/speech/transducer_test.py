"""Logits of texts and of searches, and losses with their gradients."""

import numpy as np
import pytest
import tensorflow as tf
from frazo import ops
from frazo.layers.gradient_check import assert_gradients_agree
from frazo.layers.place import Place
from frazo.layers.speech.transducer import Transducer, transducer_loss
from frazo.layers.step_context import StepContext
from frazo.proto import transducer_pb2
from google.protobuf import text_format

CONTEXT = StepContext.for_evaluation(seed=1)
MESSAGE = """
vocab_size: 5
prediction { embedding_dim: 3 lstm_stack { num_layers: 1 layer { units: 4 } } }
joint { units: 6 }
"""
LABELS, LENGTHS = tf.constant([[4, 0, 0], [2, 1, 0]]), tf.constant([3, 2])
FRAMES = tf.constant([4, 2])


@pytest.fixture
def layer():
    message = text_format.Parse(MESSAGE, transducer_pb2.Transducer())
    return Transducer(message, Place(path="transducer", seed=1, input_shape=(None, None, 3)))


@pytest.fixture
def encoded():
    return tf.random.stateless_normal([2, 4, 3], [1, 2])


def test_a_search_sees_the_logits_of_training(layer, encoded):
    logits = layer.logits(encoded, LABELS, CONTEXT)
    assert logits.shape == [2, 4, 4, 6]
    heard = layer.heard(encoded, CONTEXT)
    written = layer.start(2, CONTEXT)
    for u in range(4):
        for t in range(4):
            found = layer.next_logits(heard[:, t], written, CONTEXT)
            np.testing.assert_allclose(found, logits[:, t, u], atol=1e-5)
        if u < 3:
            written = layer.write(written, LABELS[:, u], CONTEXT)


def test_gradients(layer, encoded):
    def total():
        logits = layer.logits(encoded, LABELS, CONTEXT)
        return tf.reduce_sum(transducer_loss(logits, FRAMES, LABELS, LENGTHS).losses)

    assert_gradients_agree(total, list(layer.trainable_variables))


def test_a_text_without_a_frame_counts_for_nothing(layer, encoded):
    logits = layer.logits(encoded, LABELS, CONTEXT)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        found = transducer_loss(logits, tf.constant([4, 0]), LABELS, LENGTHS)
    gradient = tape.gradient(found.losses, logits)
    assert found.is_aligned.numpy().tolist() == [True, False]
    assert float(found.losses[1]) == 0
    assert not gradient[1].numpy().any()
    expected = ops.transducer_losses(logits[:1], LABELS[:1], FRAMES[:1], LENGTHS[:1])
    np.testing.assert_allclose(found.losses[:1], expected, rtol=1e-6)
    empty = transducer_loss(logits, tf.constant([4, 0]), LABELS, tf.constant([3, 0]))
    assert empty.is_aligned.numpy().all()


def test_there_are_no_logits_without_a_text(layer, encoded):
    with pytest.raises(TypeError, match=r"transducer: .* Call `logits`"):
        layer(encoded, CONTEXT)
