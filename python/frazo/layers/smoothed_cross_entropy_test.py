import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.smoothed_cross_entropy import smoothed_cross_entropy

# The probabilities are 1/2, 1/4 and 1/4.
_LOGITS = tf.constant([[math.log(2), 0.0, 0.0], [math.log(2), 0.0, 0.0]])
_LABELS = tf.constant([0, 2])
_LOG2, _LOG4 = math.log(2), math.log(4)


def test_without_smoothing_it_is_the_logarithm_of_the_labels_probability():
    loss = smoothed_cross_entropy(_LOGITS, _LABELS)
    np.testing.assert_allclose(loss, [_LOG2, _LOG4], atol=1e-6)


def test_smoothing_gives_the_other_classes_equal_shares():
    loss = smoothed_cross_entropy(_LOGITS, _LABELS, smoothing=0.2)
    # The target is .8 for the label and .1 for each of the others.
    first = 0.8 * _LOG2 + 0.1 * _LOG4 + 0.1 * _LOG4
    second = 0.8 * _LOG4 + 0.1 * _LOG2 + 0.1 * _LOG4
    np.testing.assert_allclose(loss, [first, second], atol=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_gradient_is_probability_minus_target_times_the_weight(smoothing):
    logits = tf.reshape(_LOGITS, [1, 2, 3])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = smoothed_cross_entropy(logits, tf.reshape(_LABELS, [1, 2]), smoothing=smoothing)
        total = tf.reduce_sum(loss * [[1.0, 10.0]])
    on, off = 1 - smoothing, smoothing / 2
    expected = [[0.5 - on, 0.25 - off, 0.25 - off], [5 - 10 * off, 2.5 - 10 * off, 2.5 - 10 * on]]
    np.testing.assert_allclose(tape.gradient(total, logits), [expected], atol=1e-6)


def test_agrees_with_the_definition_on_random_logits_large_and_small():
    logits = tf.random.stateless_normal([6, 50], [1, 2]) * [[0.1], [1], [10], [100], [1e3], [1e4]]
    labels = tf.constant([0, 49, 7, 7, 20, 3])
    loss = smoothed_cross_entropy(logits, labels, smoothing=0.1)
    exact = tf.cast(logits, tf.float64)
    log_probabilities = tf.nn.log_softmax(exact)
    targets = tf.one_hot(
        labels, 50, tf.constant(0.9, tf.float64), tf.constant(0.1 / 49, tf.float64)
    )
    np.testing.assert_allclose(loss, -tf.reduce_sum(targets * log_probabilities, -1), rtol=1e-5)


def test_graph_for_any_batch_and_time():
    step = tf.function(
        lambda logits, labels: smoothed_cross_entropy(logits, labels, smoothing=0.2),
        input_signature=[tf.TensorSpec([None, None, 3]), tf.TensorSpec([None, None], tf.int32)],
        autograph=False,
    )
    loss = step(_LOGITS[:, tf.newaxis], _LABELS[:, tf.newaxis])
    np.testing.assert_allclose(
        loss[:, 0], smoothed_cross_entropy(_LOGITS, _LABELS, smoothing=0.2), atol=1e-6
    )
    assert step(tf.zeros([0, 4, 3]), tf.zeros([0, 4], tf.int32)).shape == [0, 4]


def test_label_that_is_not_a_class_is_an_error():
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="the label of row 1 is 3, but there are 3"
    ):
        smoothed_cross_entropy(_LOGITS, tf.constant([0, 3]))
