"""Losses against a sum over all alignments, and texts of the best ones."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.speech.ctc import (
    ConnectionistTemporalClassification,
    best_alignments,
    ctc_losses,
)
from frazo.layers.step_context import StepContext
from frazo.proto import speech_recognition_pb2
from hypothesis import given, settings
from hypothesis import strategies as st


def collapse(alignment, blank):
    return [token for token, _ in itertools.groupby(alignment) if token != blank]


def brute_force(logits, labels):
    """-log of the sum of the probabilities of all alignments, by trying each."""
    time, classes = logits.shape
    log_probabilities = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    total = sum(
        np.exp(sum(log_probabilities[t, c] for t, c in enumerate(alignment)))
        for alignment in itertools.product(range(classes), repeat=time)
        if collapse(alignment, classes - 1) == list(labels)
    )
    return -np.log(total) if total > 0 else None


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 5),
    st.lists(st.integers(0, 1), max_size=4),
    st.integers(0, 2**32 - 1),
)
def test_the_loss_is_the_sum_over_all_alignments(time, labels, seed):
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=[1, time + 2, 3])
    loss = ctc_losses(
        tf.constant(logits, tf.float32),
        tf.constant([time]),
        tf.constant([[*labels, 0, 1]]),
        tf.constant([len(labels)]),
    )
    expected = brute_force(logits[0, :time], labels)
    assert bool(loss.is_aligned[0]) == (expected is not None)
    assert float(loss.losses[0]) == pytest.approx(expected or 0.0, abs=1e-5)


def test_padding_has_no_gradient_and_an_impossible_text_none_at_all():
    logits = tf.Variable(tf.random.stateless_normal([3, 4, 3], [1, 2]))
    with tf.GradientTape() as tape:
        loss = ctc_losses(
            logits,
            tf.constant([4, 2, 1]),
            tf.constant([[0, 1], [1, 0], [0, 0]]),
            tf.constant([2, 1, 2]),
        )
        total = tf.reduce_sum(loss.losses)
    gradient = tape.gradient(total, logits).numpy()
    assert loss.is_aligned.numpy().tolist() == [True, True, False]
    assert gradient[0].any()
    assert gradient[1, :2].any()
    assert not gradient[1, 2:].any()
    assert not gradient[2].any()


def test_best_alignments_by_hand():
    # Classes a, b and the blank; the rows are "a a _ a b", "_ _", and "b b b".
    best = [[0, 0, 2, 0, 1], [2, 2, 0, 0, 0], [1, 1, 1, 0, 0]]
    logits = np.full([3, 5, 3], -1.0, np.float32)
    for row, classes in enumerate(best):
        logits[row, range(5), classes] = 2.0
    found = best_alignments(tf.constant(logits), tf.constant([5, 2, 3]))
    assert found.tokens.numpy().tolist() == [[0, 0, 1], [0, 0, 0], [1, 0, 0]]
    assert found.lengths.numpy().tolist() == [3, 0, 1]
    each = 2 - np.log(np.exp(2) + 2 * np.exp(-1))
    np.testing.assert_allclose(found.scores, each * np.array([5, 2, 3]), rtol=1e-5)


def test_the_layer_has_a_class_more_than_tokens():
    message = speech_recognition_pb2.ConnectionistTemporalClassification(vocab_size=4)
    layer = ConnectionistTemporalClassification(
        message, Place(path="ctc", seed=1, input_shape=(None, None, 3))
    )
    logits = layer(tf.ones([2, 6, 3]), StepContext.for_evaluation(seed=1))
    assert logits.shape == [2, 6, 5]
    assert layer.output_shape == (None, None, 5)
    assert {variable.name.split(":")[0] for variable in layer.variables} == {
        "ctc/softmax/kernel",
        "ctc/softmax/bias",
    }
