"""A transducer that learns by heart what some utterances say."""

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sequence_layer import Memory
from frazo.layers.sequence_layout import SequenceLayout
from frazo.layers.step_context import StepContext
from frazo.proto import speech_recognition_pb2, transducer_pb2
from frazo.tasks.asr.speech_head import Labels
from frazo.tasks.asr.speech_recognition import SpeechRecognition
from frazo.tasks.asr.transducer_head import TransducerHead
from google.protobuf import text_format

EVALUATION = StepContext.for_evaluation(seed=1)
HEAD = """
vocab_size: 6
prediction { embedding_dim: 3 lstm_stack { num_layers: 1 layer { units: 4 } } }
joint { units: 5 }
"""
MODEL = """
subsampling { num_layers: 1 filters: 4 units: 32 }
encoder { lstm_stack { num_layers: 1 layer { units: 32 forget_bias: 1 } } }
transducer {
  vocab_size: 8
  prediction { embedding_dim: 8 lstm_stack { num_layers: 1 layer { units: 16 } } }
  joint { units: 32 }
}
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


def utterances(count):
    """Each token sounds for four frames in a band of its own; a pause follows some of them."""
    generator = np.random.default_rng(1)
    texts = [generator.integers(0, 8, generator.integers(2, 6)) for _ in range(count)]
    frames = np.zeros([count, 40, 8], np.float32)
    ends = np.zeros(count, np.int32)
    for row, text in enumerate(texts):
        for token in text:
            frames[row, ends[row] : ends[row] + 4, token] = 3
            ends[row] += generator.integers(5, 8)
    labels = np.zeros([count, 5], np.int32)
    for row, text in enumerate(texts):
        labels[row, : len(text)] = text
    return {
        "frames": tf.constant(frames + generator.normal(0, 0.1, frames.shape).astype(np.float32)),
        "frames_length": tf.constant(ends),
        "labels": tf.constant(labels),
        "labels_length": tf.constant([len(text) for text in texts]),
    }


def test_it_learns_32_utterances_by_heart():
    batch = utterances(32)
    task = SpeechRecognition(
        text_format.Parse(MODEL, speech_recognition_pb2.SpeechRecognition()),
        Place(seed=1),
        input_spec={
            name: tf.TensorSpec([None] * value.shape.rank, value.dtype)
            if value.shape.rank < 3
            else tf.TensorSpec([None, None, 8])
            for name, value in batch.items()
        },
    )
    variables = list(task.trainable_variables)
    optimizer = tf.keras.optimizers.Adam(0.01)
    optimizer.build(variables)

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            loss = task.loss(batch, EVALUATION)[0].mean
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    error_rate = tf.function(
        lambda: task.evaluate(batch, EVALUATION).metrics["token_error_rate"][0], autograph=False
    )
    # A third of these steps is enough.
    for _ in range(6):
        for _ in range(50):
            step()
        if float(error_rate()) == 0:
            return
    assert float(error_rate()) == 0
