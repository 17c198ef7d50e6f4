import math

import numpy as np
import pytest
import tensorflow as tf
from frazo.layers.place import Place
from frazo.layers.sampled_softmax import SampledSoftmax
from frazo.layers.smoothed_cross_entropy import smoothed_cross_entropy
from frazo.layers.step_context import StepContext
from frazo.proto import softmax_pb2


def context(step=3):
    return StepContext.for_training(seed=1, global_step=tf.constant(step, tf.int64))


def make(num_classes, num_sampled, features=2, **fields):
    message = softmax_pb2.SampledSoftmax(num_classes=num_classes, num_sampled=num_sampled, **fields)
    return SampledSoftmax(message, Place(path="softmax", input_shape=(None, features), seed=1))


def test_evaluation_has_the_logits_of_all_classes():
    layer = make(3, 1)
    layer.kernel.assign([[1, 0], [0, 1], [1, 1]])
    layer.bias.assign([0, 0, 0.5])
    np.testing.assert_array_equal(layer(tf.constant([[2.0, 3.0]]), context()), [[2, 3, 5.5]])


def test_classes_are_drawn_log_uniformly():
    drawn = make(7, 80_000).sample(context()).numpy()
    # Class k has log((k + 2) / (k + 1)) / log 8: 1/3 for k = 0, log2(3 / 2) / 3 = .195 for 1, ...
    expected = [math.log((k + 2) / (k + 1)) / math.log(8) for k in range(7)]
    np.testing.assert_allclose(np.bincount(drawn) / 80_000, expected, atol=0.006)


def test_sample_is_a_function_of_the_step():
    layer = make(1000, 20)
    np.testing.assert_array_equal(layer.sample(context()), layer.sample(context()))
    assert not np.array_equal(layer.sample(context()), layer.sample(context(4)))


def test_loss_is_over_the_label_and_the_sample_without_the_label():
    layer = make(7, 1, features=1, bias=False)
    layer.kernel.assign([[0.5]] * 7)
    sampled = int(layer.sample(context())[0])
    other = (sampled + 1) % 7
    loss = layer.sampled_cross_entropy(
        tf.constant([[2.0], [2.0]]), tf.constant([sampled, other]), context()
    )
    # All logits are equal. The label counts 1, and the draw the inverse of its probability.
    probability = math.log((sampled + 2) / (sampled + 1)) / math.log(8)
    np.testing.assert_allclose(loss, [0, math.log(1 + 1 / probability)], atol=1e-5)


def test_a_class_that_is_drawn_several_times_counts_as_often():
    layer = make(3, 8, features=1, bias=False)
    layer.kernel.assign([[0.0], [1.0], [2.0]])
    drawn = layer.sample(context()).numpy()
    assert len(set(drawn)) < len(drawn)
    x, labels = tf.constant([[1.0], [-2.0], [0.5]]), [0, 1, 2]
    with tf.GradientTape() as tape:
        tape.watch(x)
        losses = layer.sampled_cross_entropy(x, tf.constant(labels), context())
    slopes = tape.gradient(losses, x)
    for (value,), label, loss, (slope,) in zip(x.numpy(), labels, losses, slopes, strict=True):
        # The logit of class k is k * value. A draw of it has the probability
        # log((k + 2) / (k + 1)) / log 4.
        terms = {
            k: math.exp(k * value) * math.log(4) / (8 * math.log((k + 2) / (k + 1)))
            for k in range(3)
        }
        others = [(k, terms[k]) for k in drawn if k != label]
        own = math.exp(label * value)
        total = own + sum(term for _, term in others)
        assert float(loss) == pytest.approx(math.log(total / own), rel=1e-5)
        mean = (label * own + sum(k * term for k, term in others)) / total
        assert float(slope) == pytest.approx(mean - label, rel=1e-5, abs=1e-6)


def test_gradient_of_the_kernel_lists_each_row_once():
    layer = make(3, 50)
    with tf.GradientTape() as tape:
        loss = layer.sampled_cross_entropy(tf.ones([4, 2]), tf.constant([0, 1, 1, 2]), context())
    assert sorted(tape.gradient(loss, layer.kernel).indices.numpy()) == [0, 1, 2]


@pytest.mark.parametrize("bias", [True, False])
def test_many_samples_approach_the_loss_over_all_classes_and_its_gradient(bias):
    layer = make(20, 100_000, bias=bias)
    for index, variable in enumerate(layer.variables):
        variable.assign(tf.random.stateless_normal(variable.shape, [1, index]))
    x = tf.random.stateless_normal([3, 2], [3, 4])
    labels = tf.constant([0, 7, 19])
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        sampled = layer.sampled_cross_entropy(x, labels, context())
        full = smoothed_cross_entropy(layer(x, context()), labels)
    np.testing.assert_allclose(sampled, full, rtol=0.02)
    np.testing.assert_allclose(tape.gradient(sampled, x), tape.gradient(full, x), atol=0.03)
    kernel_gradient = tf.convert_to_tensor(tape.gradient(sampled, layer.kernel))
    np.testing.assert_allclose(kernel_gradient, tape.gradient(full, layer.kernel), atol=0.03)


def test_gradient_touches_only_the_rows_of_label_and_sample():
    layer = make(1000, 5)
    x = tf.ones([1, 2])
    with tf.GradientTape() as tape:
        loss = layer.sampled_cross_entropy(x, tf.constant([700]), context())
    gradient = tape.gradient(loss, layer.kernel)
    assert set(gradient.indices.numpy()) == {700, *layer.sample(context()).numpy()}
