"""The kernel against a sum over all alignments, a plain graph, and differences."""

import itertools

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from frazo import ops

FRAMES, LENGTHS = tf.constant([4, 2, 1, 0, 3]), tf.constant([2, 3, 0, 0, 1])
LABELS = tf.constant([[0, 2, 9], [1, 1, 0], [9, 9, 9], [9, 9, 9], [2, 9, 9]])
LOGITS = tf.random.stateless_normal([5, 4, 4, 4], [1, 2]) * 2


def losses(logits):
    return ops.transducer_losses(logits, LABELS, FRAMES, LENGTHS)


def loss_and_gradient(function, logits):
    with tf.GradientTape() as tape:
        tape.watch(logits)
        found = function(logits)
        total = tf.reduce_sum(found * tf.range(1.0, len(found) + 1))
    return found.numpy(), tape.gradient(total, logits).numpy()


def brute_force(logits, labels):
    """-log of the sum over all orders of blanks and tokens.

    The logits are [frames, tokens + 1, classes].
    """
    time, tokens = len(logits), len(labels)
    log_probabilities = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    total = 0
    # The last blank comes after all others.
    for places in itertools.combinations(range(time - 1 + tokens), tokens):
        frame = token = 0
        score = 0.0
        for place in range(time + tokens):
            if place in places:
                score += log_probabilities[frame, token, labels[token]]
                token += 1
            else:
                score += log_probabilities[frame, token, -1]
                frame += 1
        total += np.exp(score)
    return -np.log(total)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 4), st.lists(st.integers(0, 2), max_size=4), st.integers(0, 2**32 - 1))
def test_the_loss_is_the_sum_over_all_alignments(time, labels, seed):
    logits = np.random.default_rng(seed).normal(size=[1, time + 1, len(labels) + 2, 4])
    expected = brute_force(logits[0, :time, : len(labels) + 1], labels)
    found = ops.transducer_losses(
        tf.constant(logits, tf.float32),
        tf.constant([[*labels, 1]]),
        tf.constant([time]),
        tf.constant([len(labels)]),
    )
    assert float(found[0]) == pytest.approx(expected, rel=1e-6)


def test_a_plain_graph_gives_the_same():
    found = loss_and_gradient(losses, LOGITS)
    with ops.implementation(ops.Implementation.GRAPH):
        expected = loss_and_gradient(losses, LOGITS)
    np.testing.assert_allclose(found[0], expected[0], atol=1e-5)
    np.testing.assert_allclose(found[1], expected[1], atol=1e-5)
    assert found[0][3] == 0
    # Nothing outside of the lengths counts.
    for row, (time, tokens) in enumerate(zip(FRAMES.numpy(), LENGTHS.numpy(), strict=True)):
        assert not found[1][row, time:].any()
        assert not found[1][row, :, tokens + 1 :].any()
        assert found[1][row, :time, : tokens + 1].all()


@pytest.mark.parametrize("form", [ops.Implementation.KERNEL, ops.Implementation.GRAPH])
def test_tokens_without_a_frame_are_impossible_and_have_no_gradient(form):
    frames = tf.constant([4, 0, 1, 0, 3])
    with ops.implementation(form):
        found, gradient = loss_and_gradient(
            lambda logits: tf.where(
                frames > 0, ops.transducer_losses(logits, LABELS, frames, LENGTHS), 0.0
            ),
            LOGITS,
        )
        bare = ops.transducer_losses(LOGITS, LABELS, frames, LENGTHS)
    assert np.isposinf(bare[1])
    assert np.isfinite(found).all()
    assert np.isfinite(gradient).all()
    assert not gradient[1].any()


def test_gradient_agrees_with_differences():
    theoretical, numerical = tf.test.compute_gradient(
        lambda logits: tf.reduce_sum(losses(logits) * [1.0, -2.0, 0.5, 3.0, 1.0]),
        [LOGITS],
        delta=1e-2,
    )
    np.testing.assert_allclose(theoretical[0], numerical[0], atol=3e-3)


def test_any_class_can_be_the_blank():
    moved = tf.gather(LOGITS, [3, 0, 1, 2], axis=-1)
    np.testing.assert_allclose(
        ops.transducer_losses(moved, LABELS + 1, FRAMES, LENGTHS, blank=0),
        losses(LOGITS),
        rtol=1e-6,
    )


def test_each_utterance_is_computed_as_if_alone():
    copies = 7
    many = ops.transducer_losses(
        tf.repeat(LOGITS, copies, 0),
        tf.repeat(LABELS, copies, 0),
        tf.repeat(FRAMES, copies),
        tf.repeat(LENGTHS, copies),
    )
    np.testing.assert_array_equal(many, tf.repeat(losses(LOGITS), copies))


def test_logits_that_are_needed_elsewhere_are_left_alone():
    @tf.function(autograph=False)
    def step():
        logits = LOGITS + 0.0
        gradient = tf.gradients(losses(logits), logits)[0]
        with tf.control_dependencies([gradient]):
            return tf.identity(logits)

    np.testing.assert_array_equal(step(), LOGITS)


def test_sizes_are_known_before_it_runs():
    @tf.function(
        input_signature=[tf.TensorSpec([3, None, 4, 8]), tf.TensorSpec([None, None], tf.int32)]
    )
    def traced(logits, labels):
        found = ops.transducer_losses(logits, labels, FRAMES[:3], LENGTHS[:3])
        assert found.shape == [3]
        assert tf.gradients(found, logits)[0].shape.as_list() == [3, None, 4, 8]
        return found

    traced.get_concrete_function()
    with pytest.raises(ValueError, match="Dimensions must be equal, but are 5 and 4"):
        tf.function(lambda: losses(tf.zeros([5, 4, 5, 4])))()


def test_bad_inputs_are_refused():
    def refuses(message, **changed):
        inputs = {"labels": LABELS, "frames": FRAMES, "label_lengths": LENGTHS} | changed
        with pytest.raises(tf.errors.InvalidArgumentError, match=message):
            ops.transducer_losses(LOGITS, **inputs)

    refuses(r"labels \[5,2\], .* expected \[batch, time, longest \+ 1, c", labels=LABELS[:, :2])
    refuses(r"frames of row 1 is 5; expected 0 .. 4", frames=tf.constant([4, 5, 1, 0, 3]))
    refuses(r"label_lengths of row 0 is -1; expected 0 .. 3", label_lengths=LENGTHS - 3)
    refuses(r"label 1 of row 0 is 3; expected 0 .. 3 without the blank 3", labels=LABELS + 1)
    refuses(r"label 0 of row 0 is -1; expected 0 .. 3", labels=LABELS - 1)
    refuses(r"blank is 4, but there are 4 classes", blank=4)
