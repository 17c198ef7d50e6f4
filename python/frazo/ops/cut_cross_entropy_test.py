import numpy as np
import pytest
import tensorflow as tf

from frazo import ops

_CLASSES = 45
LOGITS = tf.random.stateless_normal([5, _CLASSES], [1, 2]) * 3
LABELS = tf.constant([0, 44, 7, -1, 45])
SLOPES = tf.constant([1.0, -2.0, 0.5, 3.0, 1.0])


@pytest.mark.parametrize("name", ["KERNEL", "GRAPH"])
def test_parts_of_two_classes_by_hand(name):
    with ops.implementation(ops.Implementation[name]):
        parts = ops.cut_cross_entropy_parts(tf.constant([[3.0, 1.0]] * 2), tf.constant([1, 2]))
    # log(1 + e^-2) = 0.126928. The second label is another process's.
    expected = [[3, 0.126928, 2, 2], [3, 0.126928, 0, 2]]
    np.testing.assert_allclose(np.stack(parts, 1), expected, rtol=1e-5)


@pytest.mark.parametrize("smoothing", [0.0, 0.3])
def test_kernel_and_graph_agree_forward_and_backward(smoothing):
    found = {}
    for name in ("KERNEL", "GRAPH"):
        with ops.implementation(ops.Implementation[name]):
            parts = ops.cut_cross_entropy_parts(LOGITS, LABELS)
            totals = tf.stack([parts.largest + 1, parts.log_total], 1)
            gradient = ops.cut_cross_entropy_gradient(
                LOGITS, LABELS, totals, SLOPES, num_classes=2 * _CLASSES, smoothing=smoothing
            )
        found[name] = [*parts, gradient]
    for kernel, graph in zip(*found.values(), strict=True):
        np.testing.assert_allclose(kernel, graph, rtol=2e-5, atol=1e-6)


def test_of_all_classes_they_are_the_loss_and_its_gradient():
    labels = tf.constant([0, 44, 7, 1, 2])
    with tf.GradientTape() as tape:
        tape.watch(LOGITS)
        losses = ops.smoothed_cross_entropy(LOGITS, labels, smoothing=0.2)
        total = tf.reduce_sum(losses * SLOPES)
    parts = ops.cut_cross_entropy_parts(LOGITS, labels)
    other = 0.2 / (_CLASSES - 1)
    made = parts.log_total + (0.8 - other) * parts.label_distance + other * parts.distances
    np.testing.assert_allclose(made, losses, rtol=1e-5)
    totals = tf.stack([parts.largest, parts.log_total], 1)
    gradient = ops.cut_cross_entropy_gradient(
        LOGITS, labels, totals, SLOPES, num_classes=_CLASSES, smoothing=0.2
    )
    np.testing.assert_allclose(gradient, tape.gradient(total, LOGITS), rtol=1e-5, atol=1e-6)


def test_wrong_arguments_are_errors():
    with pytest.raises(tf.errors.InvalidArgumentError, match="with a class or more"):
        ops.cut_cross_entropy_parts(tf.zeros([2, 0]), tf.constant([0, 0]))
    totals = tf.zeros([5, 2])
    with pytest.raises(tf.errors.InvalidArgumentError, match="num_classes is 44, but this process"):
        ops.cut_cross_entropy_gradient(LOGITS, LABELS, totals, SLOPES, num_classes=44)
    with pytest.raises(tf.errors.InvalidArgumentError, match="smoothing is 1"):
        ops.cut_cross_entropy_gradient(
            LOGITS, LABELS, totals, SLOPES, num_classes=90, smoothing=1.0
        )
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"totals have shape \[5,1\]"):
        ops.cut_cross_entropy_gradient(LOGITS, LABELS, totals[:, :1], SLOPES, num_classes=90)
